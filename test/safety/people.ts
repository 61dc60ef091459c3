// What the tests of account safety share: a citizen bound to a phone and a person, and a look at what
// was sent.

import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { bindPhone } from '../../accounts/phone.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { NOW, ORIGIN } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

export const houseOf = (domain: Domain, db: Database = domain.db) => ({
  db,
  vault: domain.vault,
  origin: ORIGIN,
  issuer: `https://${ORIGIN}`,
  grants: createGrants(db),
});

let count = 0;
export const newPhone = () => `+8491${String((count += 1)).padStart(7, '0')}`;
const newNumber = () => `999190${String((count += 1)).padStart(6, '0')}`;

/** Somebody who has been through a first step-up. */
export async function boundCitizen(domain: Domain, phone = newPhone(), now = NOW) {
  const accountId = await domain.citizen();
  const identity = { source: 'vneid', issuer: 'https://vneid.example', upstreamSub: accountId, personalNumber: newNumber(), name: 'An', birthdate: '1990-06-15', checkId: 'c', organisation: 'VNeID' } as const; // prettier-ignore
  await domain.db.transaction(async () => {
    await bindIdentity({ ...domain, origin: ORIGIN }, { accountId, identity, clientId: 'portal' }, now);
    await bindPhone(domain.db, domain.vault, { accountId, e164: phone }, now);
  });
  return { accountId, phone };
}

/** Messages that wait for this phone, the oldest first. */
export async function messagesTo(domain: Domain, phone: string) {
  const rows = await domain.db.rows<{ id: string; to: Buffer; text: Buffer }>(sql`
    select id, to_sealed as to, text_sealed as text from message_outbox where done_at is null order by created_at, id`);
  return rows
    .filter((row) => domain.vault.open(`message/${row.id}/to`, row.to) === phone)
    .map((row) => ({ id: row.id, text: domain.vault.open(`message/${row.id}/text`, row.text) }));
}

export const acceptMessages = (domain: Domain, at: Date) =>
  domain.db.run(sql`update message_outbox set done_at = ${at}, outcome = 'accepted' where done_at is null`);

export async function eventsOf(domain: Domain, accountId: string, kind: string) {
  const rows = await domain.db.rows<{ body: Buffer; actor_kind: string }>(sql`
    select e.body, e.actor_kind from access_event e join audit_stream s using (stream_id)
    where s.account_id = ${accountId} and e.kind = ${kind} order by e.n`);
  return rows.map((row) => ({ actor: row.actor_kind, ...objectIn(row.body) }));
}

function objectIn(body: Buffer): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(body.toString());
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
