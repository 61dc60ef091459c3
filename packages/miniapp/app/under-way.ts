// What the citizen was in the middle of when Zalo closed the app (decision 0024): the act's name and a time
// in Zalo's own storage, nothing that was typed, gone after half an hour like the steps themselves.

import * as z from 'zod/mini';
import type { ZaloFunctions } from './zalo.ts';

const KEY = 'tnid.under-way';
const LIFE_MS = 30 * 60_000;
const noteSchema = z.object({ action: z.string(), at: z.number() });

/** Runs work that may lead out of the app; however it ends, the note goes with it. */
export async function whileNoted<Value>(
  zalo: ZaloFunctions,
  action: string,
  work: () => Promise<Value>,
): Promise<Value> {
  write(zalo, JSON.stringify({ action, at: Date.now() }));
  try {
    return await work();
  } finally {
    forgetUnderWay(zalo);
  }
}

/** The act's name; undefined: nothing was left open. */
export function findUnderWay(zalo: ZaloFunctions): string | undefined {
  try {
    const { action, at } = noteSchema.parse(JSON.parse(zalo.nativeStorage?.getItem(KEY) || 'null'));
    const age = Date.now() - at;
    return age >= 0 && age < LIFE_MS ? action : undefined;
  } catch {
    return undefined; // an old Zalo, or nothing there
  }
}

export const forgetUnderWay = (zalo: ZaloFunctions): void => write(zalo, '');

function write(zalo: ZaloFunctions, text: string): void {
  try {
    zalo.nativeStorage?.setItem(KEY, text);
  } catch {
    // An old Zalo without storage: a citizen whose app was closed begins at the list.
  }
}
