import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { timeText } from '../language.ts';
import { devicesSchema, nothingSchema } from '../own.ts';
import { Button, Screen, Trouble } from '../parts.tsx';
import { Conflict, troubleOf, type TroubleShown } from '../session.ts';
import { Loaded, useRemote } from '../waiting.tsx';

/** Where the account is in use, and the way out of each. */
export function DevicesScreen() {
  const { words, session, lang, leave } = useApp();
  const { devices: said } = words;
  const [remote, reload] = useRemote(() => session.own('/devices', devicesSchema));
  const [isRemoved, setRemoved] = useState(false);
  const [trouble, setTrouble] = useState<TroubleShown>();

  const remove = async (id: string) => {
    setTrouble(undefined);
    try {
      await session.own(`/devices/${encodeURIComponent(id)}/remove`, nothingSchema, { method: 'POST' });
      setRemoved(true);
    } catch (error) {
      // Gone already: that is what was wished for.
      if (error instanceof Conflict) setRemoved(true);
      else setTrouble(troubleOf(error));
    }
    await reload();
  };

  return (
    <Screen title={said.title}>
      <p>{said.lead}</p>
      {trouble !== undefined && <Trouble error={trouble} />}
      <p role="status" class={isRemoved ? 'done' : ''}>
        {isRemoved ? said.removed : ''}
      </p>
      <Loaded remote={remote} onRetry={() => void reload()}>
        {({ devices }) =>
          devices.length === 0 ? (
            <p role="status">{said.none}</p>
          ) : (
            <ul class="plain">
              {devices.map(({ id, kind, last_seen: seen, current }) => (
                <li class="service" key={id}>
                  <h2>{kindText(kind, said.kinds, said.unknown)}</h2>
                  {current && <p class="tag stands">{said.current}</p>}
                  <p>{said.seen(timeText(seen, lang))}</p>
                  {!current && (
                    <Button kind="quiet" onPress={() => void remove(id)}>
                      {said.remove}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Button kind="quiet" onPress={() => void leave()}>
        {said.signOut}
      </Button>
    </Screen>
  );
}

const kindText = (kind: string, kinds: Readonly<Record<string, string>>, unknown: string) =>
  kinds[kind] ?? unknown;
