import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { answeredSchema, requestsSchema, type OwnRequest } from '../own.ts';
import { Alert, Button, Facts, Screen, Trouble } from '../parts.tsx';
import { Purposes, useChoices } from '../purposes.tsx';
import { Conflict, troubleOf, type TroubleShown } from '../session.ts';
import { minutesOf } from '../steps/step.ts';
import { Loaded, useEvery, useRemote, Waiting } from '../waiting.tsx';

type Answered = 'approved' | 'denied' | 'gone';

/** What an officer began for this person on the phone: seen in full before anything is answered. */
export function RequestsScreen() {
  const { words, session } = useApp();
  const { requests: said } = words;
  const [remote, reload] = useRemote(() => session.own('/requests', requestsSchema));
  const [answered, setAnswered] = useState<Answered>();
  const [isSending, setSending] = useState(false);
  const [trouble, setTrouble] = useState<TroubleShown>();
  useEvery(5, 0, () => void reload());

  const answer = async ({ id }: OwnRequest, body: object) => {
    setTrouble(undefined);
    setAnswered(undefined);
    setSending(true);
    try {
      const send = { method: 'POST', body } as const;
      const { state } = await session.own(`/requests/${encodeURIComponent(id)}`, answeredSchema, send);
      setAnswered(state);
    } catch (error) {
      if (error instanceof Conflict) setAnswered('gone');
      else setTrouble(troubleOf(error));
    }
    await reload();
    setSending(false);
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
                  isSending={isSending}
                  onAnswer={(body) => void answer(request, body)}
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
  readonly isSending: boolean;
  readonly onAnswer: (answer: object) => void;
}) {
  const { words } = useApp();
  const { requests: said, consent } = words;
  const { by, title, service, code, message, notice, expires_in: left } = props.request;
  const choices = useChoices(notice?.purposes ?? []);
  const approve = () => {
    const purposes = choices.given();
    if (purposes === undefined) return;
    const shown = notice === undefined ? {} : { notice_version: notice.text_hash, purposes };
    props.onAnswer({ answer: 'approve', ...shown });
  };
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
      {notice !== undefined && <Purposes purposes={notice.purposes} choices={choices} />}
      <Alert text={choices.missing === undefined ? undefined : consent.unanswered(choices.missing.title)} />
      {left !== undefined && <p class="hint">{said.until(minutesOf(left))}</p>}
      {props.isSending ? (
        <Waiting text={words.frame.sending} />
      ) : (
        <div class="pair">
          <Button onPress={approve}>{said.approve}</Button>
          <Button onPress={() => props.onAnswer({ answer: 'deny' })}>{said.deny}</Button>
        </div>
      )}
    </section>
  );
}
