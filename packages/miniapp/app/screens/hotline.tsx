import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { dayText } from '../language.ts';
import { hotlineSchema, nothingSchema } from '../own.ts';
import { Button, Screen, Trouble } from '../parts.tsx';
import { Conflict, troubleOf, type TroubleShown } from '../session.ts';
import { Loaded, useRemote } from '../waiting.tsx';

/** The link between the citizen's Zalo and the 1022 account, made and ended by the citizen alone. */
export function HotlineScreen() {
  const { words, session, lang, zalo, config, catalogue } = useApp();
  const { hotline: said } = words;
  const [remote, reload] = useRemote(() => session.own('/hotline', hotlineSchema));
  const [told, setTold] = useState<string>();
  const [trouble, setTrouble] = useState<TroubleShown>();
  const oaId = catalogue?.hotline?.oa ?? config.oaId;

  const change = async (send: Parameters<typeof session.own>[2], sentence: string) => {
    setTrouble(undefined);
    setTold(undefined);
    try {
      await session.own('/hotline', nothingSchema, send);
      setTold(sentence);
    } catch (error) {
      if (!(error instanceof Conflict)) setTrouble(troubleOf(error));
    }
    await reload();
  };

  return (
    <Screen title={said.title}>
      <p>{said.lead}</p>
      <p role="status" class={told === undefined ? '' : 'done'}>
        {told ?? ''}
      </p>
      {trouble !== undefined && <Trouble error={trouble} />}
      <Loaded remote={remote} onRetry={() => void reload()}>
        {({ linked, since, notice }) => (
          <section class="service">
            <p>
              <span class={linked ? 'tag stands' : 'tag'}>{linked ? said.on : said.off}</span>{' '}
              {linked && since !== undefined && said.since(dayText(since, lang))}
            </p>
            {notice !== undefined && (
              <>
                <p>{notice.text}</p>
                <ul>
                  {notice.purposes.map(({ id, title, text }) => (
                    <li key={id}>
                      <strong>{title}</strong> {text}
                    </li>
                  ))}
                </ul>
              </>
            )}
            {linked ? (
              <Button kind="quiet" onPress={() => void change({ method: 'DELETE' }, said.unlinked)}>
                {said.unlink}
              </Button>
            ) : (
              <Button
                onPress={() =>
                  void change(
                    {
                      method: 'POST',
                      body: {
                        notice_version: notice?.version,
                        purposes: notice?.purposes.map(({ id }) => id) ?? [],
                      },
                    },
                    said.linked,
                  )
                }
              >
                {said.link}
              </Button>
            )}
            {linked && oaId !== undefined && zalo.openChat !== undefined && (
              <Button onPress={() => void zalo.openChat?.({ type: 'oa', id: oaId }).catch(() => undefined)}>
                {said.chat}
              </Button>
            )}
          </section>
        )}
      </Loaded>
    </Screen>
  );
}
