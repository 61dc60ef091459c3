import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { dayText, timeText } from '../language.ts';
import { consentsSchema, withdrawnSchema, type OwnConsent, type Withdrawn } from '../own.ts';
import { Button, Screen, Trouble } from '../parts.tsx';
import { Conflict, troubleOf, type TroubleShown } from '../session.ts';
import { Loaded, useRemote, Waiting } from '../waiting.tsx';

/** Given, refused, withdrawn; taking back costs no more taps than giving. */
export function ConsentsScreen() {
  const { words, session, lang } = useApp();
  const { consents } = words;
  const [remote, reload] = useRemote(() => session.own('/consents', consentsSchema));
  return (
    <Screen title={consents.title}>
      <p>{consents.lead}</p>
      <Loaded remote={remote} onRetry={() => void reload()}>
        {({ services, history }) => (
          <>
            {services.length === 0 && <p role="status">{consents.none}</p>}
            {services.map((service) => (
              <section class="service" key={service.id}>
                <h2>{service.title}</h2>
                <ul class="plain">
                  {service.consents.map((consent) => (
                    <li key={consent.record_id}>
                      <OneConsent serviceId={service.id} consent={consent} onChange={reload} />
                    </li>
                  ))}
                </ul>
              </section>
            ))}
            {history.length > 0 && (
              <details class="fold">
                <summary>{consents.history}</summary>
                <ul class="plain history">
                  {history.map(({ at, title, detail }) => (
                    <li key={`${at} ${title}`}>
                      <p>
                        <strong>{title}</strong>
                      </p>
                      {detail !== undefined && <p>{detail}</p>}
                      <p class="hint">{timeText(at, lang)}</p>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </>
        )}
      </Loaded>
    </Screen>
  );
}

type Doing = 'nothing' | 'asking' | 'sending';

function OneConsent(props: {
  readonly serviceId: string;
  readonly consent: OwnConsent;
  readonly onChange: () => Promise<void>;
}) {
  const { words, session, lang, catalogue } = useApp();
  const { consents } = words;
  const { consent, onChange } = props;
  const [doing, setDoing] = useState<Doing>('nothing');
  const [withdrawn, setWithdrawn] = useState<Withdrawn>();
  const [trouble, setTrouble] = useState<TroubleShown>();
  const [isChanged, setChanged] = useState(false);

  const run = async (work: () => Promise<void>) => {
    setDoing('sending');
    setTrouble(undefined);
    setChanged(false);
    try {
      await work();
    } catch (error) {
      if (error instanceof Conflict) setChanged(true);
      else setTrouble(troubleOf(error));
    } finally {
      setDoing('nothing');
      await onChange();
    }
  };
  const withdraw = () =>
    run(async () => {
      const path = `/consents/${encodeURIComponent(consent.record_id)}/withdraw`;
      const send = { method: 'POST', body: { version: consent.version } } as const;
      setWithdrawn(await session.own(path, withdrawnSchema, send));
    });
  const service = catalogue?.services.find(({ id }) => id === props.serviceId);
  const give = () =>
    run(async () => {
      if (service !== undefined) await session.askConsent(service);
      setWithdrawn(undefined);
    });

  return (
    <>
      <h3>{consent.title}</h3>
      <p>
        <span class={consent.live ? 'tag stands' : 'tag'}>{stateText(consent.state, consents.states)}</span>{' '}
        {consents.since(dayText(consent.at, lang))}
        {consent.until !== undefined && `, ${consents.until(dayText(consent.until, lang))}`}
      </p>
      {trouble !== undefined && <Trouble error={trouble} />}
      {isChanged && (
        <p class="alert" role="alert">
          {consents.changed}
        </p>
      )}
      {withdrawn !== undefined && <Stopped withdrawn={withdrawn} />}
      {doing === 'sending' && <Waiting text={words.frame.sending} />}
      {doing === 'asking' && (
        <div class="ask" role="group" aria-label={consents.sure}>
          <p>
            <strong>{consents.sure}</strong>
          </p>
          <Stops stops={consent.stops ?? []} />
          <div class="pair">
            <Button onPress={() => void withdraw()}>{consents.yes}</Button>
            <Button kind="quiet" onPress={() => setDoing('nothing')}>
              {consents.no}
            </Button>
          </div>
        </div>
      )}
      {doing === 'nothing' && (
        <div class="pair">
          {consent.live ? (
            <Button kind="quiet" onPress={() => setDoing('asking')}>
              {consents.withdraw}
            </Button>
          ) : (
            consent.state !== 'law' &&
            service !== undefined && (
              <Button kind="quiet" onPress={() => void give()}>
                {consents.give}
              </Button>
            )
          )}
          {consent.event_id !== undefined && (
            <a class="button link" href={`#/bien-nhan/${consent.event_id}`}>
              {consents.receipt}
            </a>
          )}
        </div>
      )}
    </>
  );
}

function Stops({ stops }: { readonly stops: readonly string[] }) {
  const { words } = useApp();
  if (stops.length === 0) return <p>{words.consents.stopsNothing}</p>;
  return (
    <>
      <p>{words.consents.stops}</p>
      <ul>
        {stops.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </>
  );
}

function Stopped({ withdrawn }: { readonly withdrawn: Withdrawn }) {
  const { words, lang } = useApp();
  const { consents } = words;
  return (
    <div class="done" role="status">
      <p>
        <strong>{consents.withdrawn}.</strong> {consents.withdrawnAt(timeText(withdrawn.stopped_at, lang))}
      </p>
      {(withdrawn.recipients ?? []).map(({ service, stopped_at: at }) => (
        <p key={service}>{consents.told(service, timeText(at ?? withdrawn.stopped_at, lang))}</p>
      ))}
      {withdrawn.receipt_event !== undefined && (
        <a class="button link" href={`#/bien-nhan/${withdrawn.receipt_event}`}>
          {consents.receipt}
        </a>
      )}
    </div>
  );
}

const stateText = (state: string, states: Readonly<Record<string, string>>) => states[state] ?? state;
