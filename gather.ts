// Requests at the same moment ask the same questions of the database. While one statement is under
// way, what is asked meanwhile gathers, and goes as one statement of many rows: alone a question is
// sent at once, under load ten share the price of one. Nothing is remembered after the answer.

import { Refusal } from './errors.ts';

/** Beyond this a question waits for the next statement. */
const MOST_AT_ONCE = 200;

type Waiting<K, A> = {
  readonly key: K;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
};

/** `ask` answers in the order of its keys. If it fails, each key is asked alone: one bad one must not fail the others. */
export function gather<K, A>(ask: (keys: readonly K[]) => Promise<readonly A[]>): (key: K) => Promise<A> {
  let waiting: Waiting<K, A>[] = [];
  let isAsking = false;

  const askFor = async (taken: readonly Waiting<K, A>[]): Promise<void> => {
    try {
      const answers = await ask(taken.map(({ key }) => key));
      if (answers.length !== taken.length)
        throw new Error('a shared statement answered the wrong number of keys');
      taken.forEach(({ resolve }, index) => resolve(answers[index] as A)); // as many answers as keys
    } catch (error) {
      const isOutage = error instanceof Refusal && error.kind === 'unavailable';
      if (taken.length === 1 || isOutage) for (const { reject } of taken) reject(error);
      else for (const one of taken) await askFor([one]);
    }
  };
  const askAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const taken = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      await askFor(taken);
    }
    isAsking = false;
  };
  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, resolve, reject });
      if (isAsking) return;
      isAsking = true;
      // At the end of this turn of the event loop: its other requests come along.
      setImmediate(() => void askAll());
    });
}
