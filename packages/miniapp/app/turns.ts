// The package asks, a screen answers: the step that waits for the citizen, and the moment it is over.

import { useMemo, useState } from 'preact/hooks';
import type { OnStep } from '../miniapp.ts';
import type { Reply, Turn } from './steps/step.ts';

export type Turns = {
  /** The step on the screen; undefined when none waits. */
  readonly turn: Turn | undefined;
  /** An answer is on its way. */
  readonly isBusy: boolean;
  /** Nothing happens where no step waits. */
  reply(fields: Reply): void;
  readonly onStep: OnStep;
  /** Work that may lead to steps. The last step leaves the screen when nothing is under way any more. */
  during<Value>(work: () => Promise<Value>): Promise<Value>;
};

export function useTurns(): Turns {
  const [turn, setTurn] = useState<Turn>();
  const [isBusy, setBusy] = useState(false);
  const fixed = useMemo(() => {
    let waiting: ((fields: Reply) => void) | undefined;
    let [count, underWay, isFirstTime, isBeginning] = [0, 0, false, true];
    const onStep: OnStep = (challenge, step) => {
      count += 1;
      if (challenge.type === 'brake') isFirstTime = true;
      if (challenge.type === 'choose') isFirstTime = challenge.again !== true;
      setTurn({ number: count, challenge, step, isFirstTime, isResumed: isBeginning });
      isBeginning = false;
      setBusy(false);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    };
    return {
      onStep,
      reply(fields: Reply) {
        const answer = waiting;
        if (answer === undefined) return;
        waiting = undefined;
        setBusy(true);
        answer(fields);
      },
      async during<Value>(work: () => Promise<Value>): Promise<Value> {
        underWay += 1;
        try {
          return await work();
        } finally {
          underWay -= 1;
          if (underWay === 0) {
            [waiting, isFirstTime, isBeginning] = [undefined, false, true];
            setTurn(undefined);
            setBusy(false);
          }
        }
      },
    };
  }, []);
  return { turn, isBusy, ...fixed };
}
