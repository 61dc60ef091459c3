import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { nothingSchema, requestsSchema, type OwnRequest } from '../own.ts';
import { Button, Facts, Screen, Trouble } from '../parts.tsx';
import { Conflict, troubleOf, type TroubleShown } from '../session.ts';
import { minutesOf } from '../steps/step.ts';
import { Loaded, useEvery, useRemote } from '../waiting.tsx';

type Answered = 'approved' | 'denied' | 'gone';

/** What an officer began for this person on the phone: seen in full before anything is answered. */
export function RequestsScreen() {
  const { words, session } = useApp();
  const { requests: said } = words;
  const [remote, reload] = useRemote(() => session.own('/requests', requestsSchema));
  const [answered, setAnswered] = useState<Answered>();
  const [trouble, setTrouble] = useState<TroubleShown>();
  useEvery(5, 0, () => void reload());

  const answer = async ({ id }: OwnRequest, choice: 'approve' | 'deny') => {
    setTrouble(undefined);
    try {
      const send = { method: 'POST', body: { answer: choice } } as const;
      await session.own(`/requests/${encodeURIComponent(id)}`, nothingSchema, send);
      setAnswered(choice === 'approve' ? 'approved' : 'denied');
    } catch (error) {
      if (error instanceof Conflict) setAnswered('gone');
      else setTrouble(troubleOf(error));
    }
    await reload();
  };

  return (
    <Screen title={said.title}>
      <p>{said.lead}</p>
      <p role="status" class={answered === undefined ? '' : 'done'}>
        {answered === undefined ? '' : said[answered]}
      </p>
      {trouble !== undefined && <Trouble error={trouble} />}
      <Loaded remote={remote} onRetry={() => void reload()}>
        {({ requests }) =>
          requests.length === 0 ? (
            <div class="panel">
              <p>
                <strong>{said.none}</strong>
              </p>
              <p>{said.noneText}</p>
            </div>
          ) : (
            <>
              {requests.map((request) => (
                <OneRequest
                  key={request.id}
                  request={request}
                  onAnswer={(choice) => void answer(request, choice)}
                />
              ))}
            </>
          )
        }
      </Loaded>
    </Screen>
  );
}

function OneRequest(props: {
  readonly request: OwnRequest;
  readonly onAnswer: (choice: 'approve' | 'deny') => void;
}) {
  const { words } = useApp();
  const { requests: said } = words;
  const { by, title, service, code, message, expires_in: left } = props.request;
  return (
    <section class="purpose">
      <h2>{title}</h2>
      <Facts
        rows={[
          [said.from, by],
          [said.what, service === undefined ? title : `${title} (${service})`],
          ...(message === undefined ? [] : [[said.reason, message] as const]),
          ...(code === undefined ? [] : [[said.code, <strong class="number">{code}</strong>] as const]),
        ]}
      />
      {code !== undefined && <p>{said.codeText}</p>}
      <p class="warning">{said.scam}</p>
      {left !== undefined && <p class="hint">{said.until(minutesOf(left))}</p>}
      <div class="pair">
        <Button onPress={() => props.onAnswer('approve')}>{said.approve}</Button>
        <Button onPress={() => props.onAnswer('deny')}>{said.deny}</Button>
      </div>
    </section>
  );
}
