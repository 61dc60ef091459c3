import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../frame.ts';
import { Alert, Button, Field, Form, Submit } from '../parts.tsx';
import { useSecondsLeft } from '../waiting.tsx';
import { openOutside } from '../zalo.ts';
import { minutesOf, type StepProps } from './step.ts';

const LENGTH = 8;

/**
 * VNeID and passkeys work in the browser. Eight digits carry the proof back to the app that asked: before the
 * page was opened the way there comes first, afterwards the field for them, also in a launch that goes on.
 */
export function BrowserStep(
  props: StepProps<'vneid_redirect' | 'passkey_web'> & { readonly isResumed: boolean },
) {
  const { challenge, turn, reply } = props;
  const { words, zalo } = useApp();
  const { browser } = words;
  const { type, error, attempts_left: attempts } = challenge;
  const [isOpened, setOpened] = useState(props.isResumed);
  const [isByHand, setByHand] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const [code, setCode] = useState('');
  const [isShort, setShort] = useState(false);
  const left = useSecondsLeft(challenge.expires_in, turn);

  const wantsOpen = useRef(false);
  useEffect(() => {
    // Whatever was opened before is of no use any more.
    if (error === 'expired') setOpened(false);
    if (wantsOpen.current) void open();
    wantsOpen.current = false;
  }, [turn]);

  const open = async () => {
    const how = await openOutside(zalo, challenge.authorization_uri, type === 'passkey_web');
    setOpened(how !== undefined);
    setByHand(how === undefined);
  };
  // An address is good once: a fresh one is asked for, and opened when it comes.
  const openAnew = () => {
    wantsOpen.current = true;
    reply({ step: type });
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

  const form = (
    <Form key="form" onSubmit={send}>
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
      {/* One button stands out at a time. */}
      <Submit kind={isOpened || isByHand ? 'main' : 'quiet'}>{browser.button}</Submit>
    </Form>
  );
  const opening = isOpened ? (
    <div key="opening">
      <p class="hint">{left > 0 ? browser.freshText : browser.late}</p>
      <Button kind="quiet" onPress={openAnew}>
        {browser.fresh[type]}
      </Button>
    </div>
  ) : (
    <div key="opening">
      <ol class="steps">
        {browser.steps[type].map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ol>
      {left > 0 ? (
        <Button onPress={() => void open()}>{browser.open[type]}</Button>
      ) : (
        <Button onPress={openAnew}>{browser.fresh[type]}</Button>
      )}
      <p class="hint">{left > 0 ? browser.left(minutesOf(left)) : browser.late}</p>
    </div>
  );
  return (
    <>
      <Alert text={told} />
      {isOpened ? [form, opening] : [opening, form]}
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
