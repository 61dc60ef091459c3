// Zalo's functions as the app hands them in: `zmp-sdk/apis` inside Zalo, the host page's outside.
// What they answer is a proof for the broker only. Names and ids they tell are never believed.

import { randomText } from './proof.ts';
import { TayNinhIdError } from './trouble.ts';

export type Zalo = {
  getAccessToken(): Promise<string>;
  login(): Promise<unknown>;
  getPhoneNumber(): Promise<{ token?: string }>;
  openOutApp?(args: { url: string }): Promise<unknown>;
  openWebview?(args: { url: string }): Promise<unknown>;
  scanNFC?(args: { type: 'cccd'; data: { mrz: string } }): Promise<unknown>;
  scanQRCode?(): Promise<unknown>;
  openChat?(args: { type: 'user' | 'oa'; id: string; message?: string }): Promise<unknown>;
  nativeStorage?: { getItem(key: string): unknown; setItem(key: string, value: string): unknown };
};

// The citizen said no: denied, denied for good, cancelled, not authorised (contract zalo.md §4.1).
const declined = new Set([-201, -202, -2002, -2003, -1401]);
const deviceKey = 'tnid.device';

/** @throws TayNinhIdError `declined`, `zalo_unavailable` */
export async function zaloToken(zalo: Zalo): Promise<string> {
  const token = await asked(() => zalo.getAccessToken());
  // Outside Zalo the kit answers with an empty string.
  if (typeof token !== 'string' || token === '')
    throw new TayNinhIdError('zalo_unavailable', 'Zalo gave no access token');
  return token;
}

/** @throws TayNinhIdError `declined`, `zalo_unavailable` */
export async function zaloPhoneToken(zalo: Zalo): Promise<string> {
  const answer = await asked(() => zalo.getPhoneNumber());
  if (!answer?.token) throw new TayNinhIdError('zalo_unavailable', 'Zalo gave no phone token');
  return answer.token;
}

/** @throws TayNinhIdError `declined`, `zalo_unavailable` */
export async function zaloLogin(zalo: Zalo): Promise<void> {
  await asked(() => zalo.login());
}

/**
 * A random name of this device, 22 characters: it opens nothing, it only spares a known machine the wait of
 * a new one. Zalo's own storage and not the web's: the web origin is shared with every other mini app.
 */
export async function deviceId(zalo: Zalo): Promise<string | undefined> {
  try {
    const kept = await zalo.nativeStorage?.getItem(deviceKey);
    if (typeof kept === 'string' && /^[\w-]{22}$/.test(kept)) return kept;
    const fresh = randomText(16);
    await zalo.nativeStorage?.setItem(deviceKey, fresh);
    return zalo.nativeStorage === undefined ? undefined : fresh;
  } catch {
    return undefined; // an old Zalo without it: the citizen waits like on a new machine
  }
}

async function asked<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    // Only the number goes on: what else Zalo's error carries is not ours to log.
    const code = Number((error as { code?: unknown } | null)?.code); // whatever Zalo threw
    throw declined.has(code)
      ? new TayNinhIdError('declined', `the citizen refused in Zalo (${code})`)
      : new TayNinhIdError('zalo_unavailable', `Zalo did not answer (${code})`);
  }
}
