// A bounded memory of two generations: when the young one is full it becomes the old one, and what was
// old is forgotten. No entry is ever looked for to be thrown out.

export type Generations<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
};

/** Holds between `half` and twice that many entries. */
export function createGenerations<T>(half: number): Generations<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();

  function set(key: string, value: T): void {
    if (young.size >= half) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  }

  return {
    set,
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      // Used again: it moves up, and stays as long as it is used.
      if (older !== undefined) set(key, older);
      return older;
    },
  };
}
