import { useApp } from '../frame.ts';
import { Alert, Button } from '../parts.tsx';
import { sentenceFor, type StepProps } from './step.ts';

/** The ways this person may go, as many as there are, the easiest first as the broker orders them. */
export function ChooseStep({ challenge, reply }: StepProps<'choose'> & { readonly isFirstTime: boolean }) {
  const { words, zalo } = useApp();
  const { choose } = words;
  // A telephone without the reader is not asked to hold a card to its back.
  const options = challenge.options.filter((one) => one !== 'cccd_nfc' || zalo.scanNFC !== undefined);
  const error = sentenceFor(challenge.error, { ...choose.errors, other: choose.errors.failed });
  return (
    <>
      <Alert text={error} />
      <p>{choose.lead[challenge.again === true ? 'again' : 'first']}</p>
      {options.length === 0 && <p class="warning">{choose.none}</p>}
      <ul class="ways">
        {options.map((option) => {
          const known = choose.options[option];
          return (
            <li key={option}>
              <Button kind="quiet" onPress={() => reply({ choice: option })}>
                <span class="way">
                  <strong>{known.button}</strong>
                  <span>{known.text}</span>
                </span>
              </Button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
