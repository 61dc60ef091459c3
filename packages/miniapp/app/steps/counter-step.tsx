import { useApp } from '../frame.ts';
import { Button } from '../parts.tsx';
import { useEvery, useSecondsLeft } from '../waiting.tsx';
import { minutesOf, type StepProps } from './step.ts';

/** A code to be read across a desk. The screen asks by itself whether the officer is done. */
export function CounterStep({ challenge, turn, reply }: StepProps<'counter'>) {
  const { words } = useApp();
  const { counter } = words;
  // No code to show any more once an officer has the request in hand.
  const { user_code: code, expires_in: seconds = 0, unit = '' } = challenge;
  const left = useSecondsLeft(seconds, turn);
  const state = stateOf(challenge.state);
  const isOver = state === 'refused' || state === 'used_up';
  useEvery(challenge.interval, turn, () => {
    if (!isOver) reply({ step: 'counter' });
  });
  return (
    <>
      {code !== undefined && (
        <>
          <p>{counter.code}</p>
          <p class="big-code" aria-label={Array.from(code).join(' ')} role="img">
            {code}
          </p>
        </>
      )}
      <p role="status" class={state === 'open' ? 'hint' : 'told'}>
        {counter.states[state]}
      </p>
      {unit !== '' && <p>{counter.unit(unit)}</p>}
      {state === 'open' && (
        <>
          <p class="hint">{counter.left(minutesOf(left))}</p>
          <ol class="steps">
            {counter.steps.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ol>
        </>
      )}
      {state === 'refused' && (
        <Button onPress={() => reply({ step: 'counter_again' })}>{counter.again}</Button>
      )}
      {!isOver && (
        <Button kind="quiet" onPress={() => reply({ step: 'counter' })}>
          {counter.look}
        </Button>
      )}
    </>
  );
}

const states = ['open', 'claimed', 'second', 'refused', 'used_up'] as const;
const stateOf = (state: string) => states.find((one) => one === state) ?? 'open';
