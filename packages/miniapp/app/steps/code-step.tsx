import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { Button, Field, Form, Submit } from '../parts.tsx';
import { useSecondsLeft } from '../waiting.tsx';
import { partsOf, type StepProps } from './step.ts';

/** The code in the message. The telephone may fill it in by itself; the last digit does not send it off. */
export function CodeStep({ challenge, turn, reply }: StepProps<'otp'>) {
  const { words } = useApp();
  const { code: said } = words;
  const { length, error, attempts_left: attempts } = challenge;
  const [code, setCode] = useState('');
  const [isShort, setShort] = useState(false);
  const left = useSecondsLeft(challenge.expires_in, turn);
  const wait = useSecondsLeft(challenge.resend_after, turn);
  // Whatever was typed belonged to the code before.
  useEffect(() => {
    setCode('');
    setShort(false);
  }, [turn]);

  const send = () => {
    const digits = code.replaceAll(/\D/g, '');
    setShort(digits.length !== length);
    if (digits.length === length) reply({ otp: digits });
  };
  const isDead = error === 'disabled' || error === 'used_up' || left === 0;
  const noMore = challenge.sends_left === 0;
  const told = isShort ? said.errors.short(length) : sentenceOf(error, said.errors);

  return (
    <>
      <p>
        {said.sent[challenge.channel === 'zns' ? 'zns' : 'sms']}{' '}
        <strong class="number">{challenge.destination}</strong>.
      </p>
      <Form onSubmit={send}>
        <Field
          label={said.label(length)}
          value={code}
          onInput={setCode}
          error={told}
          inputMode="numeric"
          autoComplete="one-time-code"
          name="otp"
          maxLength={length + 2}
          isCode
        />
        {error === 'wrong' && <p>{said.attempts(attempts)}</p>}
        <p class="keep">{said.keep}</p>
        <Submit disabled={isDead}>{said.button}</Submit>
      </Form>
      <p class="hint">{left > 0 ? said.left(words.frame.span(...partsOf(left))) : said.late}</p>
      {noMore ? (
        <p>{said.noMore}</p>
      ) : wait > 0 ? (
        <p class="hint">{said.resendIn(words.frame.span(...partsOf(wait)))}</p>
      ) : (
        <Button kind="quiet" onPress={() => reply({ step: 'otp_resend' })}>
          {said.resend}
        </Button>
      )}
      {challenge.zns_offered === true && (
        <Button kind="quiet" onPress={() => reply({ step: 'otp_zns' })}>
          {said.zns}
        </Button>
      )}
      {challenge.number_editable === true && (
        <Button kind="link" onPress={() => reply({ step: 'phone' })}>
          {said.number}
        </Button>
      )}
    </>
  );
}

type CodeErrors = ReturnType<typeof useApp>['words']['code']['errors'];

function sentenceOf(error: string | undefined, errors: CodeErrors): string | undefined {
  switch (error) {
    case undefined:
      return undefined;
    case 'expired':
    case 'used_up':
    case 'disabled':
    case 'sent_too_often':
    case 'unavailable':
      return errors[error];
    default:
      return errors.wrong;
  }
}
