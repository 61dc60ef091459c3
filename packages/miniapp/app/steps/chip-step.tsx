import { useState } from 'preact/hooks';
import { isoDate, machineLines, readCardQr } from '../card-text.ts';
import { useApp } from '../frame.ts';
import { Alert, Field, Form, Submit, Button } from '../parts.tsx';
import { Waiting } from '../waiting.tsx';
import { TayNinhIdError } from '../../miniapp.ts';
import { sentenceFor, type StepProps } from './step.ts';

/** The chip: three facts printed on the card open it, Zalo reads it, the broker judges what was read. */
export function ChipStep({ challenge, step, reply }: StepProps<'cccd_nfc'>) {
  const { words, zalo } = useApp();
  const { chip } = words;
  const [number, setNumber] = useState('');
  const [born, setBorn] = useState('');
  const [expires, setExpires] = useState('');
  const [isEndless, setEndless] = useState(false);
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState<string>();

  const fill = async () => {
    const found = await zalo
      .scanQRCode?.()
      .then(({ content }) => readCardQr(content))
      .catch(() => undefined);
    if (found === undefined) return setProblem(words.card.scanFailed);
    setProblem(undefined);
    setNumber(found.number);
    setBorn(found.birthdate);
  };
  const read = async () => {
    const digits = number.replaceAll(/\D/g, '');
    const [birthdate, end] = [isoDate(born), isEndless ? undefined : isoDate(expires)];
    if (digits.length !== 12 || birthdate === undefined || (!isEndless && end === undefined))
      return setProblem(chip.errors.fields);
    setProblem(undefined);
    setReading(true);
    try {
      const mrz = machineLines({ number: digits, birthdate, expires: end });
      const scan = await zalo.scanNFC?.({ type: 'cccd', data: { mrz } });
      if (scan === undefined) setProblem(chip.errors.no_nfc);
      else reply(await step.sendChip(scan));
    } catch (error) {
      if (!(error instanceof TayNinhIdError))
        setProblem(codeOf(error) === NOT_SUPPORTED ? chip.errors.no_nfc : chip.errors.not_read);
      else if (error.code === 'expired') reply({ step: 'cccd_nfc' }); // and hear that it is over
      else setProblem(error.code === 'busy' ? chip.errors.unavailable : words.errors[error.code]);
    } finally {
      setReading(false);
    }
  };

  return (
    <>
      <Alert text={problem ?? sentenceFor(challenge.error, chip.errors)} />
      <p>{chip.lead}</p>
      {zalo.scanQRCode !== undefined && (
        <Button kind="quiet" onPress={() => void fill()}>
          {chip.scan}
        </Button>
      )}
      <Form onSubmit={() => void read()}>
        <Field
          label={chip.number}
          value={number}
          onInput={setNumber}
          inputMode="numeric"
          name="chip_number"
        />
        <Field
          label={chip.birthdate}
          hint={words.card.birthdateHint}
          value={born}
          onInput={setBorn}
          name="chip_birthdate"
        />
        {!isEndless && (
          <Field
            label={chip.expires}
            hint={chip.expiresHint}
            value={expires}
            onInput={setExpires}
            name="chip_expires"
          />
        )}
        <label class="choice">
          <input
            type="checkbox"
            checked={isEndless}
            onChange={(event) => setEndless(event.currentTarget.checked)}
          />
          {chip.noEnd}
        </label>
        <p>{chip.hold}</p>
        {isReading ? <Waiting text={chip.reading} /> : <Submit>{chip.button}</Submit>}
      </Form>
      <p class="hint">{chip.privacy}</p>
    </>
  );
}

const NOT_SUPPORTED = -1404; // contracts/zalo.md §4.1
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code; // whatever Zalo threw
