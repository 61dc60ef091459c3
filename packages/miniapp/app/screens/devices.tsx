import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { timeText } from '../language.ts';
import { devicesSchema, nothingSchema } from '../own.ts';
import { Button, Screen, Trouble } from '../parts.tsx';
import { Conflict, troubleOf, type TroubleShown } from '../session.ts';
import { Loaded, useRemote } from '../waiting.tsx';

/** Where the account is in use, and the way out of each place. */
export function DevicesScreen() {
  const { words, session, lang, leave } = useApp();
  const { devices: said } = words;
  const [remote, reload] = useRemote(() => session.own('/devices', devicesSchema));
  const [told, setTold] = useState<string>();
  const [trouble, setTrouble] = useState<TroubleShown>();

  const end = async (path: string, sentence: string) => {
    setTrouble(undefined);
    try {
      await session.own(path, nothingSchema, { method: 'POST' });
      setTold(sentence);
    } catch (error) {
      // Gone already: that is what was wished for.
      if (error instanceof Conflict) setTold(sentence);
      else setTrouble(troubleOf(error));
    }
    await reload();
  };
  const kinds: Readonly<Record<string, string>> = said.kinds;
  const kindText = (kind: string) => kinds[kind] ?? said.unknown;

  return (
    <Screen title={said.title}>
      <p>{said.lead}</p>
      {trouble !== undefined && <Trouble error={trouble} />}
      <p role="status" class={told === undefined ? '' : 'done'}>
        {told ?? ''}
      </p>
      <Loaded remote={remote} onRetry={() => void reload()}>
        {({ devices, sessions = [] }) => (
          <>
            {devices.length + sessions.length === 0 && <p role="status">{said.none}</p>}
            {devices.map(({ id, kind, last_seen: seen, current }) => (
              <Place
                key={id}
                title={kindText(kind)}
                text={said.seen(timeText(seen, lang))}
                isCurrent={current}
                button={said.remove}
                onPress={() => void end(`/devices/${encodeURIComponent(id)}/remove`, said.removed)}
              />
            ))}
            {sessions.length > 0 && <h2>{said.sessions}</h2>}
            {sessions.map(({ id, kind, opened_at: at, current }) => (
              <Place
                key={id}
                title={kind === undefined ? said.app : kindText(kind)}
                text={said.opened(timeText(at, lang))}
                isCurrent={current}
                button={said.end}
                onPress={() => void end(`/sessions/${encodeURIComponent(id)}/end`, said.ended)}
              />
            ))}
          </>
        )}
      </Loaded>
      <Button kind="quiet" onPress={() => void leave()}>
        {said.signOut}
      </Button>
    </Screen>
  );
}

function Place(props: {
  readonly title: string;
  readonly text: string;
  readonly isCurrent: boolean;
  readonly button: string;
  readonly onPress: () => void;
}) {
  const { words } = useApp();
  return (
    <section class="service">
      <h3>{props.title}</h3>
      {props.isCurrent && <p class="tag stands">{words.devices.current}</p>}
      <p>{props.text}</p>
      {!props.isCurrent && (
        <Button kind="quiet" onPress={props.onPress}>
          {props.button}
        </Button>
      )}
    </section>
  );
}
