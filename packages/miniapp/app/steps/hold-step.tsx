import { useApp } from '../frame.ts';
import { timeText } from '../language.ts';
import { Button } from '../parts.tsx';
import { useEvery } from '../waiting.tsx';
import type { StepProps } from './step.ts';

/** A machine never seen waits before an act of high risk, while the owner is told. */
export function HoldStep({ challenge, turn, reply }: StepProps<'hold'>) {
  const { words, lang } = useApp();
  const { hold } = words;
  useEvery(challenge.interval, turn, () => reply({ step: 'hold' }));
  return (
    <>
      <p>{hold.lead}</p>
      {challenge.destination !== undefined && <p>{hold.told(challenge.destination)}</p>}
      <p class="told">
        {challenge.until === undefined ? hold.soon : hold.until(timeText(challenge.until, lang))}
      </p>
      <p>{hold.close}</p>
      <Button kind="quiet" onPress={() => reply({ step: 'hold' })}>
        {hold.look}
      </Button>
    </>
  );
}
