import { useState } from 'preact/hooks';
import { isoDate, readCardQr } from '../card-text.ts';
import { useApp } from '../frame.ts';
import { Alert, Button, Field, Form, Submit } from '../parts.tsx';
import { sentenceFor, type StepProps } from './step.ts';

/** The printed card: its QR code by the camera, or three fields by hand. */
export function CardStep({ challenge, reply }: StepProps<'card_register'>) {
  const { words, zalo } = useApp();
  const { card } = words;
  const [isByHand, setByHand] = useState(zalo.scanQRCode === undefined);
  const [number, setNumber] = useState('');
  const [name, setName] = useState('');
  const [born, setBorn] = useState('');
  const [mistakes, setMistakes] = useState<{ number?: string; name?: string; born?: string }>({});
  const [scanFailed, setScanFailed] = useState(false);
  const [isTouched, setTouched] = useState(false);

  const scan = async () => {
    setTouched(true);
    const content = await zalo
      .scanQRCode?.()
      .then((found) => found.content)
      .catch(() => undefined);
    if (content !== undefined && readCardQr(content) !== undefined) return reply({ card_qr: content });
    setScanFailed(true);
    setByHand(true);
  };
  const send = () => {
    setTouched(true);
    const birthdate = isoDate(born);
    const digits = number.replaceAll(/\D/g, '');
    const found = {
      ...(digits.length === 12 ? {} : { number: card.errors.number }),
      ...(name.trim() === '' ? { name: card.errors.name } : {}),
      ...(birthdate === undefined ? { born: card.errors.birthdate } : {}),
    };
    setMistakes(found);
    setScanFailed(false);
    if (birthdate === undefined || Object.keys(found).length > 0) return;
    reply({ card_number: digits, card_name: name.trim(), card_birthdate: birthdate });
  };

  const told = scanFailed ? card.scanFailed : sentenceFor(challenge.error, card.errors);
  return (
    <>
      <Alert text={told} key={String(isTouched)} />
      {zalo.scanQRCode !== undefined && (
        <>
          <p>{card.lead}</p>
          <Button onPress={() => void scan()}>{card.scan}</Button>
        </>
      )}
      {!isByHand && (
        <Button kind="link" onPress={() => setByHand(true)}>
          {card.byHand}
        </Button>
      )}
      {isByHand && (
        <Form onSubmit={send}>
          <Field
            label={card.number}
            hint={card.numberHint}
            value={number}
            onInput={setNumber}
            error={mistakes.number}
            inputMode="numeric"
            name="card_number"
          />
          <Field
            label={card.name}
            hint={card.nameHint}
            value={name}
            onInput={setName}
            error={mistakes.name}
            name="card_name"
          />
          <Field
            label={card.birthdate}
            hint={card.birthdateHint}
            value={born}
            onInput={setBorn}
            error={mistakes.born}
            name="card_birthdate"
          />
          <Submit>{card.button}</Submit>
        </Form>
      )}
      <p class="hint">{card.privacy}</p>
    </>
  );
}
