import { useState } from 'preact/hooks';
import type { Purpose } from '../../challenge.ts';
import { useApp } from '../frame.ts';
import { dayText } from '../language.ts';
import { hotlineSchema, linkingSchema, nothingSchema, type OwnHotline } from '../own.ts';
import { Alert, Button, Screen, Trouble } from '../parts.tsx';
import { Purposes, useChoices } from '../purposes.tsx';
import { Conflict, troubleOf, type TroubleShown } from '../session.ts';
import { Loaded, useEvery, useRemote } from '../waiting.tsx';

/** The tie between the citizen's chat with 1022 and the account, made and ended by the citizen alone. */
export function HotlineScreen() {
  const { words, session } = useApp();
  const { hotline: said } = words;
  const [remote, reload] = useRemote(() =>
    session.own('/hotline', hotlineSchema).catch((error: unknown) => {
      // A house without a hotline account has nothing to link.
      if (error instanceof Conflict) return undefined;
      throw error;
    }),
  );
  const [told, setTold] = useState<string>();
  const [code, setCode] = useState<string>();
  const [trouble, setTrouble] = useState<TroubleShown>();
  // Written in the chat, the code makes the link: the screen notices by itself.
  useEvery(5, code === undefined ? 0 : 1, () => {
    if (code !== undefined) void reload();
  });

  const run = async (work: () => Promise<string | undefined>) => {
    setTrouble(undefined);
    setTold(undefined);
    try {
      setTold(await work());
    } catch (error) {
      if (error instanceof Conflict) setTold(words.consents.changed);
      else setTrouble(troubleOf(error));
    }
    await reload();
  };
  const link = (version: string, purposes: readonly string[]) =>
    run(async () => {
      const body = { notice_version: version, purposes };
      const linking = await session.own('/hotline', linkingSchema, { method: 'POST', body });
      setCode(linking.code);
      if (linking.linked) return said.linked;
      return linking.agreed ? undefined : said.refused;
    });
  const unlink = () =>
    run(async () => {
      await session.own('/hotline', nothingSchema, { method: 'DELETE' });
      setCode(undefined);
      return said.unlinked;
    });

  return (
    <Screen title={said.title}>
      <p>{said.lead}</p>
      <p role="status" class={told === undefined ? '' : 'done'}>
        {told ?? ''}
      </p>
      {trouble !== undefined && <Trouble error={trouble} />}
      <Loaded remote={remote} onRetry={() => void reload()}>
        {(hotline) =>
          hotline === undefined ? (
            <p class="panel">{said.notHere}</p>
          ) : (
            <>
              <Stand hotline={hotline} />
              {hotline.linked ? (
                <>
                  <Chat oaId={hotline.oa_id} message={undefined} />
                  <Button kind="quiet" onPress={() => void unlink()}>
                    {said.unlink}
                  </Button>
                </>
              ) : code === undefined ? (
                <Offer
                  key={hotline.notice.version}
                  hotline={hotline}
                  onLink={(version, ids) => void link(version, ids)}
                />
              ) : (
                <section class="done">
                  <p>{said.send}</p>
                  <p class="big-code">{code}</p>
                  <p>{said.sendText}</p>
                  <Chat oaId={hotline.oa_id} message={code} />
                </section>
              )}
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}

function Stand({ hotline: { linked, since } }: { readonly hotline: OwnHotline }) {
  const { words, lang } = useApp();
  const { hotline: said } = words;
  return (
    <p>
      <span class={linked ? 'tag stands' : 'tag'}>{linked ? said.on : said.off}</span>{' '}
      {linked && since !== undefined && said.since(dayText(since, lang))}
    </p>
  );
}

function Offer(props: {
  readonly hotline: OwnHotline;
  readonly onLink: (version: string, purposes: readonly string[]) => void;
}) {
  const { words } = useApp();
  const { version, text, purposes } = props.hotline.notice;
  const shown = purposes.map((purpose): Purpose => ({
    ...purpose,
    data: purpose.data.map((label) => ({ label, sensitive: false })),
    basis: 'consent',
    needed: true,
    asked: true,
  }));
  const choices = useChoices(shown);
  const { missing } = choices;
  const send = () => {
    const given = choices.given();
    if (given !== undefined) props.onLink(version, given);
  };
  return (
    <>
      <p>{text}</p>
      <Purposes purposes={shown} choices={choices} />
      <Alert text={missing === undefined ? undefined : words.consent.unanswered(missing.title)} />
      <Button onPress={send}>{words.hotline.link}</Button>
    </>
  );
}

function Chat({
  oaId,
  message,
}: {
  readonly oaId: string | undefined;
  readonly message: string | undefined;
}) {
  const { words, zalo } = useApp();
  const [hasFailed, setFailed] = useState(false);
  if (oaId === undefined || zalo.openChat === undefined) return null;
  const who = { type: 'oa', id: oaId, ...(message === undefined ? {} : { message }) } as const;
  return (
    <>
      <Button onPress={() => void zalo.openChat?.(who).catch(() => setFailed(true))}>
        {words.hotline.chat}
      </Button>
      <Alert text={hasFailed ? words.help.chatFailed : undefined} />
    </>
  );
}
