import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { Alert, Button, Field, Form, Submit } from '../parts.tsx';
import { sentenceFor, type StepProps } from './step.ts';

/** The number that gets the code: what Zalo knows with one tap, or typed. */
export function PhoneStep({ challenge, step, reply }: StepProps<'phone'>) {
  const { words } = useApp();
  const { phone } = words;
  const [number, setNumber] = useState('');
  const [problem, setProblem] = useState<string>();
  const [zaloFailed, setZaloFailed] = useState(false);
  const { suggestion } = challenge;

  const fromZalo = async () => {
    try {
      reply(await step.zaloPhone());
    } catch {
      setZaloFailed(true);
    }
  };
  const send = () => {
    const typed = number.trim();
    setProblem(typed === '' ? phone.errors.empty : undefined);
    if (typed !== '') reply({ phone: typed });
  };
  const told = problem ?? sentenceFor(challenge.error, phone.errors);

  return (
    <>
      <p>{phone.lead}</p>
      {challenge.zalo === true && (
        <>
          <Alert text={zaloFailed ? phone.zaloFailed : undefined} />
          <Button onPress={() => void fromZalo()}>{phone.zalo}</Button>
          <p class="or">{phone.or}</p>
        </>
      )}
      {suggestion !== undefined && (
        <Button kind="quiet" onPress={() => reply({ phone: suggestion })}>
          {phone.suggestion(suggestion.replace(/^\+84/, '0'))}
        </Button>
      )}
      <Form onSubmit={send}>
        <Field
          label={phone.label}
          hint={phone.hint}
          value={number}
          onInput={setNumber}
          error={told}
          inputMode="tel"
          autoComplete="tel-national"
          name="phone"
        />
        <Submit>{phone.button}</Submit>
      </Form>
    </>
  );
}

/** Only where Zalo does not bind its tokens to our app: the number proves that they are ours. */
export function ZaloPhoneStep({ step, reply }: StepProps<'zalo_phone'>) {
  const { words } = useApp();
  const [hasFailed, setFailed] = useState(false);
  return (
    <>
      <p>{words.zaloPhone.lead}</p>
      <Alert text={hasFailed ? words.zaloPhone.failed : undefined} />
      <Button onPress={() => void step.zaloPhone().then(reply, () => setFailed(true))}>
        {words.zaloPhone.button}
      </Button>
    </>
  );
}
