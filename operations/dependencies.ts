// What we know of the systems outside, from the calls we make anyway: nobody is asked only to see
// whether they answer.

import { Refusal } from '../errors.ts';
import type { Metrics } from './metrics.ts';

export type DependencyState = 'unknown' | 'ok' | 'failing';
export type Dependencies = {
  /** The same port; each call is noted under `name`. */
  watch<Port extends object>(name: string, port: Port): Port;
  /** For a port that answers its outages instead of throwing them. `failure` undefined: it worked. */
  note(name: string, failure: string | undefined): void;
  states(): Readonly<Record<string, DependencyState>>;
};

export function watchDependencies(metrics: Pick<Metrics, 'dependency' | 'count'>): Dependencies {
  const known = new Map<string, DependencyState>();
  const note = (name: string, state: 'ok' | 'failing', reason?: string) => {
    known.set(name, state);
    metrics.dependency(name, state === 'ok');
    if (reason !== undefined) metrics.count('upstream_failure', { system: name, failure: reason });
  };
  return {
    states: () => Object.fromEntries(known),
    note: (name, failure) => note(name, failure === undefined ? 'ok' : 'failing', failure),
    watch(name, port) {
      known.set(name, 'unknown');
      return new Proxy(port, {
        get(target, member, receiver) {
          const value: unknown = Reflect.get(target, member, receiver);
          if (typeof value !== 'function') return value;
          return (...given: unknown[]): unknown => {
            const answer: unknown = Reflect.apply(value, target, given);
            if (!(answer instanceof Promise)) return answer;
            return answer.then(
              (result: unknown) => {
                note(name, 'ok');
                return result;
              },
              (error: unknown) => {
                if (error instanceof Refusal && error.kind === 'unavailable')
                  note(name, 'failing', error.reason);
                throw error;
              },
            );
          };
        },
      });
    },
  };
}
