// Zalo answers some thousand questions a minute, all citizens together. What one address has us ask counts
// before it is asked, until Zalo has vouched for somebody: neither a burst of made-up tokens nor an outage lets
// one address spend the share of all. In memory, by minute and process: the count of refusals is in the database.

const MOST_UNPROVEN = 200; // behind one address of a mobile network stand thousands
const MINUTE_MS = 60_000;

type Minute = { readonly number: number; readonly unproven: Map<string, number> };
const minutes = new WeakMap<object, Minute>();

/** `of`: the house's database. Undefined: wait. Else to be called when Zalo has vouched for somebody. */
export function beginAsking(of: object, key: string, now: Date): (() => void) | undefined {
  const { unproven } = minuteOf(of, Math.floor(now.getTime() / MINUTE_MS));
  const count = unproven.get(key) ?? 0;
  if (count >= MOST_UNPROVEN) return undefined;
  unproven.set(key, count + 1);
  return () => void unproven.set(key, (unproven.get(key) ?? 1) - 1);
}

function minuteOf(of: object, number: number): Minute {
  const known = minutes.get(of);
  if (known?.number === number) return known;
  const fresh = { number, unproven: new Map<string, number>() };
  minutes.set(of, fresh);
  return fresh;
}
