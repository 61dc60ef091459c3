import { useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { Alert, Button, Field, Form, Submit } from '../parts.tsx';
import { useSecondsLeft } from '../waiting.tsx';
import { openOutside } from '../zalo.ts';
import { minutesOf, type StepProps } from './step.ts';

const LENGTH = 8;

/** VNeID and passkeys work in the browser. Eight digits carry the proof back to the app that asked. */
export function BrowserStep({ challenge, turn, reply }: StepProps<'vneid_redirect' | 'passkey_web'>) {
  const { words, zalo } = useApp();
  const { browser } = words;
  const { type, error, attempts_left: attempts } = challenge;
  const [isOpened, setOpened] = useState(false);
  const [isByHand, setByHand] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const [code, setCode] = useState('');
  const [isShort, setShort] = useState(false);
  const left = useSecondsLeft(challenge.expires_in, turn);

  const open = async () => {
    const how = await openOutside(zalo, challenge.authorization_uri, type === 'passkey_web');
    setOpened(how !== undefined);
    setByHand(how === undefined);
  };
  const send = () => {
    const digits = code.replaceAll(/\D/g, '');
    setShort(digits.length !== LENGTH);
    if (digits.length !== LENGTH) return;
    setCode('');
    reply({ step: type, completion_code: digits });
  };
  const wrong = error === 'wrong_code' ? browser.errors.wrong_code : undefined;
  const told = error === undefined || error === 'wrong_code' ? undefined : browser.errors.expired;

  return (
    <>
      <Alert text={told} />
      <ol class="steps">
        {browser.steps[type].map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ol>
      <Button kind={isOpened ? 'quiet' : 'main'} onPress={() => void open()}>
        {browser.open[type]}
      </Button>
      <p class="hint">{left > 0 ? browser.left(minutesOf(left)) : browser.late}</p>
      {(left === 0 || error === 'expired') && (
        <Button kind="quiet" onPress={() => reply({ step: type })}>
          {browser.fresh}
        </Button>
      )}
      <Form onSubmit={send}>
        <Field
          label={browser.code}
          value={code}
          onInput={setCode}
          error={isShort ? browser.errors.short : wrong}
          inputMode="numeric"
          name="completion_code"
          maxLength={LENGTH + 3}
          isCode
        />
        {attempts !== undefined && wrong !== undefined && <p>{browser.attempts(attempts)}</p>}
        <p class="keep">{browser.keep}</p>
        <Submit>{browser.button}</Submit>
      </Form>
      <details class="fold" open={isByHand}>
        <summary>{browser.fold}</summary>
        <p role="status">{isByHand ? browser.notOpened : browser.address}</p>
        <p class="machine">{challenge.authorization_uri}</p>
        <Button kind="quiet" onPress={() => void copy(challenge.authorization_uri).then(setCopied)}>
          {browser.copy}
        </Button>
        <p role="status">{isCopied ? browser.copied : ''}</p>
      </details>
    </>
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // the address stands there to be selected
  }
}
