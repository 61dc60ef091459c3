import { useEffect, useState } from 'preact/hooks';
import { isoDate, readCardQr } from '../card-text.ts';
import { useApp } from '../frame.ts';
import { Alert, Button, Field, Form, Submit } from '../parts.tsx';
import type { Words } from '../words/vi.ts';
import { sentenceFor, type StepProps } from './step.ts';

type Mistake = Exclude<keyof Words['card']['errors'], 'other'>;

/** The printed card: its QR code by the camera, or three fields by hand. */
export function CardStep({ challenge, turn, reply }: StepProps<'card_register'>) {
  const { words, zalo } = useApp();
  const { card } = words;
  const [isByHand, setByHand] = useState(zalo.scanQRCode === undefined);
  const [number, setNumber] = useState('');
  const [name, setName] = useState('');
  const [born, setBorn] = useState('');
  const [mistakes, setMistakes] = useState<readonly string[]>([]);
  const [scanFailed, setScanFailed] = useState(false);
  // What the broker says of the answer takes the place of what this screen said.
  useEffect(() => {
    const { fields_wrong: wrong = [] } = challenge;
    setMistakes(wrong);
    setScanFailed(false);
    if (challenge.error !== undefined) setByHand(true);
  }, [turn]);

  const scan = async () => {
    const content = await zalo
      .scanQRCode?.()
      .then((found) => found.content)
      .catch(() => undefined);
    if (content !== undefined && readCardQr(content) !== undefined) return reply({ card_qr: content });
    setScanFailed(true);
    setByHand(true);
  };
  const send = () => {
    const birthdate = isoDate(born);
    const digits = number.replaceAll(/\D/g, '');
    const found: (Mistake | false)[] = [
      digits.length !== 12 && (digits === '' ? 'number_empty' : 'number_format'),
      name.trim() === '' && 'name_empty',
      birthdate === undefined && (born.trim() === '' ? 'birthdate_empty' : 'birthdate_impossible'),
    ];
    const wrong = found.filter((one) => one !== false);
    setMistakes(wrong);
    setScanFailed(false);
    if (birthdate === undefined || wrong.length > 0) return;
    reply({ card_number: digits, card_name: name.trim(), card_birthdate: birthdate });
  };

  /** The sentence for the field whose words begin so. */
  const wrongIn = (field: 'number' | 'name' | 'birthdate' | 'qr') =>
    sentenceFor(
      mistakes.find((one) => one.startsWith(`${field}_`)),
      card.errors,
    );
  const attempts = challenge.attempts_left;
  const told = scanFailed ? card.scanFailed : (wrongIn('qr') ?? sentenceFor(challenge.error, card.errors));
  return (
    <>
      <Alert key={`${turn} ${scanFailed}`} text={told} />
      {attempts !== undefined && <p class="told">{card.attempts(attempts)}</p>}
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
            error={wrongIn('number')}
            inputMode="numeric"
            name="card_number"
          />
          <Field
            label={card.name}
            hint={card.nameHint}
            value={name}
            onInput={setName}
            error={wrongIn('name')}
            name="card_name"
          />
          <Field
            label={card.birthdate}
            hint={card.birthdateHint}
            value={born}
            onInput={setBorn}
            error={wrongIn('birthdate')}
            name="card_birthdate"
          />
          <Submit>{card.button}</Submit>
        </Form>
      )}
      <p class="hint">{card.privacy}</p>
    </>
  );
}
