// The account's own API as a mini app calls it, by hand: what a package does right can be done wrong here.

import { createHash } from 'node:crypto';
import { sql } from '../../database.ts';
import { ME, meetInZalo, tokenFor } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import type { TestHouse } from '../support/broker.ts';
import type { Launch } from '../support/launch.ts';
import { ask } from '../support/rp.ts';
import type { Reply } from '../support/rp.ts';

export type Own = AppCitizen & { readonly token: string };

/** Somebody new, signed in, with a token for their own account. */
export async function openOwn(house: TestHouse): Promise<Own> {
  const citizen = await meetInZalo(house);
  return { ...citizen, token: await tokenFor(house, citizen, ME(house)) };
}

type Sending = {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of the proof; by default those of the call. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly launch?: Launch;
};

/** One call with token and proof. A body makes it a POST. */
export async function call(house: TestHouse, own: Own, path: string, sending: Sending = {}): Promise<Reply> {
  const { body, headers = {}, claims = {} } = sending;
  const method = sending.method ?? (body === undefined ? 'GET' : 'POST');
  const ath = createHash('sha256').update(own.token).digest('base64url');
  const dpop = await (sending.launch ?? own.launch).proof(path, { htm: method, ath, ...claims });
  return ask(`${house.issuer}${path}`, {
    method,
    headers: {
      authorization: `DPoP ${own.token}`,
      dpop,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

export const post = (house: TestHouse, own: Own, path: string, body: unknown = {}, sending: Sending = {}) =>
  call(house, own, path, { method: 'POST', body, ...sending });

/** Which account of ours the person's Zalo is. */
export async function accountOf(house: TestHouse, own: Own): Promise<string> {
  const { session } = JSON.parse(Buffer.from(own.token.split('.')[1] ?? '', 'base64url').toString()) as { session: string }; // prettier-ignore
  const row = await house.db.row<{ account_id: string }>(
    sql`select account_id from login_family where session_uid = ${session}`,
  );
  if (row === undefined) throw new Error('no such launch');
  return row.account_id;
}

export const eventsOf = async (house: TestHouse, accountId: string, kind: string) =>
  house.db.rows<{ body: Buffer }>(sql`
    select e.body from access_event e join audit_stream s using (stream_id)
    where s.account_id = ${accountId} and e.kind = ${kind} order by e.n`);
