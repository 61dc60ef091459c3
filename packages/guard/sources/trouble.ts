// Why the guard cannot decide, for whoever runs the service. From outside a wrong client, a clock that
// is off and a broker that is down are the same 503, and must be: a stranger is not told which.

import type { Outgoing } from './outgoing.ts';

export type Trouble = {
  readonly source: 'discovery' | 'keys' | 'catalogue' | 'feed' | 'clock' | 'replay' | 'record';
  /** One sentence, without anything secret. Undefined: it is over. */
  readonly why: string | undefined;
};
/** `why`: a sentence, or what was caught. */
export type TellTrouble = (source: Trouble['source'], why: unknown) => void;

/** Tells when something begins, changes or ends, not each time it is met. */
export function createTroubleTeller(onTrouble: (trouble: Trouble) => void = warn): TellTrouble {
  const standing = new Map<Trouble['source'], string>();
  return (source, reason) => {
    const why = reason === undefined ? undefined : sentenceOf(reason);
    if (why === standing.get(source)) return;
    if (why === undefined) standing.delete(source);
    else standing.set(source, why);
    try {
      onTrouble({ source, why });
    } catch {
      // A log that does not work must not end the polling that would end the trouble.
    }
  };
}

function sentenceOf(reason: unknown): string {
  // Its message quotes the answer, which may name people's pseudonyms.
  if (reason instanceof SyntaxError) return 'guard: an answer of the broker is not JSON';
  if (reason instanceof Error) return reason.message;
  return typeof reason === 'string' ? reason : 'guard: something was thrown that is no error';
}

function warn({ source, why }: Trouble): void {
  if (why !== undefined)
    process.emitWarning(`${why} (${source})`, { type: 'TayNinhGuard', code: 'TNID_GUARD' });
}

// Proofs may be 60 seconds old and tokens 10 seconds ahead: beyond this citizens are refused for our clock.
const mostDriftSeconds = 10;

/** Compares each answer's `Date` with our own clock; the broker's is the one tokens are stamped with. */
export function watchClock(outgoing: Outgoing, now: () => Date, tell: TellTrouble): Outgoing {
  return async (request) => {
    const answer = await outgoing(request);
    const theirs = Date.parse(answer.headers.get('date') ?? '');
    const drift = Math.round((now().getTime() - theirs) / 1000);
    if (Number.isFinite(drift))
      tell('clock', Math.abs(drift) > mostDriftSeconds ? driftSentence(drift) : undefined);
    return answer;
  };
}

const driftSentence = (drift: number): string =>
  `guard: the clock of this machine is ${Math.abs(drift)} s ${drift > 0 ? 'ahead of' : 'behind'} the broker's`;
