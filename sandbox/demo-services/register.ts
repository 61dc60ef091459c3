// What the demo services keep, in memory: entries with a number, each seen only by who made it.

export type Entry<T> = T & { readonly ma: string; readonly trangThai: string; readonly luc: string };

export type Register<T> = {
  add(owner: string, content: T, now: Date): Entry<T>;
  /** The newest first. */
  of(owner: string): readonly Entry<T>[];
  /** By its number, whoever asks. */
  find(ma: string): Entry<T> | undefined;
};

const maxPerOwner = 100;

export function createRegister<T extends object>(prefix: string, trangThai: string): Register<T> {
  const entries = new Map<string, Entry<T>[]>();
  let last = 0;
  return {
    add(owner, content, now) {
      last += 1;
      const ma = `${prefix}-${now.getFullYear()}-${String(last).padStart(6, '0')}`;
      const entry = { ...content, ma, trangThai, luc: now.toISOString() };
      // Bounded, so that a demo left running does not grow for ever.
      entries.set(owner, [entry, ...(entries.get(owner) ?? [])].slice(0, maxPerOwner));
      return entry;
    },
    of: (owner) => entries.get(owner) ?? [],
    find: (ma) => [...entries.values()].flat().find((entry) => entry.ma === ma),
  };
}
