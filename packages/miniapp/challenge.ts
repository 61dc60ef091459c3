// The steps a broker may ask for between a request and its answer (protocol §6), and the check that
// what came is one of them. A step this version does not know is refused: guessing would strand a citizen.

import { TayNinhIdError } from './trouble.ts';
import { isSafe } from './place.ts';

export type Method = 'vneid' | 'cccd_nfc' | 'card_register' | 'counter' | 'passkey_web' | 'otp';

export type Purpose = {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly data: readonly { readonly label: string; readonly sensitive: boolean }[];
  readonly retention: string;
  readonly recipients: readonly string[];
  readonly basis: 'consent' | 'law';
  readonly basis_ref?: string;
  /** Without it the service cannot do the act. */
  readonly needed: boolean;
  /** Asked now; the others are shown as they stand. */
  readonly asked: boolean;
  readonly current?: 'given' | 'refused';
};

/** Member names are those of the wire, so that the protocol's text can be read beside an app's code. */
export type Challenge =
  | { readonly type: 'zalo_phone'; readonly required?: boolean }
  | { readonly type: 'brake' }
  | {
      readonly type: 'choose';
      readonly options: readonly Method[];
      readonly again?: boolean;
      readonly error?: string;
    }
  | {
      readonly type: 'card_register';
      readonly fields: readonly string[];
      readonly error?: string;
      /** With `no_match`: how often the register may be asked today. */
      readonly attempts_left?: number;
      /** With `fields`: what could not be read (docs/mini-app-wire.md §4). */
      readonly fields_wrong?: readonly string[];
    }
  | {
      readonly type: 'cccd_nfc';
      readonly upload: string;
      readonly nonce: string;
      readonly mrz_required?: boolean;
      readonly error?: string;
    }
  | {
      readonly type: 'counter';
      /** `open`, `claimed`, `second`, `refused`, `used_up`. */
      readonly state: string;
      /** While `open`: the code for the officer, and its seconds. */
      readonly user_code?: string;
      readonly expires_in?: number;
      /** The counter that has the request in hand. */
      readonly unit?: string;
      readonly interval: number;
      readonly error?: string;
    }
  | {
      readonly type: 'vneid_redirect' | 'passkey_web';
      readonly authorization_uri: string;
      readonly expires_in: number;
      readonly attempts_left?: number;
      readonly error?: string;
    }
  | {
      readonly type: 'phone';
      readonly zalo?: boolean;
      readonly error?: string;
      readonly suggestion?: string;
    }
  | {
      readonly type: 'otp';
      readonly channel: string;
      readonly destination: string;
      readonly length: number;
      readonly expires_in: number;
      readonly resend_after: number;
      readonly attempts_left: number;
      readonly sends_left?: number;
      readonly zns_offered?: boolean;
      readonly number_editable?: boolean;
      readonly error?: string;
    }
  | {
      readonly type: 'hold';
      readonly destination?: string;
      readonly until?: string;
      readonly interval: number;
    }
  | {
      readonly type: 'consent';
      readonly client: string;
      readonly service: { readonly id: string; readonly title: string; readonly owner: string };
      readonly scopes: readonly string[];
      readonly purposes: readonly Purpose[];
      readonly text: string;
      readonly text_hash: string;
      readonly error?: string;
    };

/** What the whole flow is for: `code` (TN-48) stands on every page that belongs to it. */
export type Transaction = {
  readonly id: string;
  readonly display: string;
  readonly code: string;
  readonly expires_in: number;
};

// Members each step cannot be shown without; with `?` those that may be left out, not be something else.
// Texts inside purposes are shown as they come.
const needed: Readonly<Record<Challenge['type'], string>> = {
  zalo_phone: '',
  brake: '',
  choose: 'options:list',
  card_register: 'fields:list fields_wrong?:list attempts_left?:number',
  cccd_nfc: 'upload:address nonce:string',
  counter: 'state:string interval:number user_code?:string expires_in?:number unit?:string',
  vneid_redirect: 'authorization_uri:address expires_in:number',
  passkey_web: 'authorization_uri:address expires_in:number',
  phone: '',
  otp: 'channel:string destination:string length:number expires_in:number resend_after:number attempts_left:number',
  hold: 'interval:number',
  consent: 'service:record scopes:list purposes:list text_hash:string',
};
const is: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  list: Array.isArray,
  record: isRecord,
  // The app opens it: `javascript:` from a wrong answer must not run in the app.
  address: (value) => typeof value === 'string' && isSafe(value),
};

/** @throws TayNinhIdError `protocol` */
export function readChallenge(value: unknown): Challenge {
  const type = isRecord(value) ? value['type'] : undefined;
  if (!isRecord(value) || typeof type !== 'string' || !Object.hasOwn(needed, type))
    throw new TayNinhIdError('protocol', 'the broker asked for a step this version does not know');
  for (const pair of needed[type as Challenge['type']].split(' ').filter(Boolean)) {
    const [name = '', kind = ''] = pair.split(':');
    const member = name.replace('?', '');
    if (member !== name && value[member] === undefined) continue;
    if (is[kind]?.(value[member]) !== true)
      throw new TayNinhIdError('protocol', `the step ${type} came without a good ${member}`);
  }
  return value as Challenge; // the members every screen needs were just looked at
}

export function readTransaction(value: unknown): Transaction | undefined {
  if (!isRecord(value)) return undefined;
  const { id, display, code, expires_in: expiresIn } = value;
  const isGood =
    typeof id === 'string' &&
    typeof display === 'string' &&
    typeof code === 'string' &&
    typeof expiresIn === 'number';
  return isGood ? { id, display, code, expires_in: expiresIn } : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
