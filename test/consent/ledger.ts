// What the tests of consent share: the ledger over the real catalogue, and a reader that checks a
// chain of entries from the rows alone, as an outsider would.

import { createHash, createHmac, verify } from 'node:crypto';
import { z } from 'zod';
import { createGrants } from '../../adapters/oidc-storage/grants.ts';
import { loadCatalogue } from '../../catalogue/load.ts';
import type { Catalogue, CatalogueService } from '../../catalogue/catalogue.ts';
import type { GivenBy } from '../../consent/given-by.ts';
import { noticeBytes, recordAnswer } from '../../consent/give.ts';
import type { House } from '../../consent/give.ts';
import { publishPurposes } from '../../consent/publish.ts';
import { findSubject } from '../../consent/subject.ts';
import { withdrawConsent } from '../../consent/withdraw.ts';
import type { Notify } from '../../assurance/notify.ts';
import { createNotify } from '../../safety/notices.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { currentKey, loadSigningKeys } from '../../keys/signing-keys.ts';
import type { SigningKey } from '../../keys/signing-keys.ts';
import { NOW, ORIGIN, after, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

export const HOSO = 'https://hoso.dichvu.tayninh.gov.vn';
export type Choice = 'given' | 'refused';
type Asked = {
  accountId: string;
  clientId?: string;
  choices: Readonly<Record<string, Choice | undefined>>;
  asked?: readonly string[];
};

export type Ledger = Domain & {
  readonly catalogue: Catalogue;
  readonly hoso: CatalogueService;
  readonly receiptKey: SigningKey;
  house(db?: Database, catalogue?: Catalogue): House & { readonly notify: Notify };
  give(answer: Asked, now?: Date, house?: House): Promise<void>;
  withdraw(
    what: { accountId: string; recordId: string; expectedVersion: number; by?: GivenBy },
    now?: Date,
    house?: House,
  ): ReturnType<typeof withdrawConsent>;
};

export async function openLedger(): Promise<Ledger> {
  const domain = await openDomain();
  const catalogue = await loadCatalogue(new URL('../../policies/services', import.meta.url).pathname);
  await publishPurposes(domain.db, catalogue, NOW);
  const receiptKey = currentKey(await loadSigningKeys(domain.db, domain.envelope, 'receipt', NOW));
  const hoso = catalogue.serviceById.get(HOSO);
  if (hoso === undefined) throw new Error('the catalogue has no dossier service');
  const house: Ledger['house'] = (db = domain.db, from = catalogue) => ({
    db,
    vault: domain.vault,
    issuer: `https://${ORIGIN}`,
    origin: ORIGIN,
    catalogue: from,
    receiptKey: () => receiptKey,
    grants: createGrants(db),
    notify: createNotify({ db, vault: domain.vault, origin: ORIGIN, issuer: `https://${ORIGIN}` }),
  });
  const shared = { acr: `https://${ORIGIN}/acr/2`, evidence: { session: 's', ip: 'hash' } };
  return {
    ...domain,
    catalogue,
    hoso,
    receiptKey,
    house,
    give: ({ accountId, clientId = 'portal', choices, asked }, now = after(1), at = house()) =>
      recordAnswer(
        at,
        {
          accountId,
          clientId,
          serviceId: HOSO,
          scopes: ['svc:hoso:nop'],
          asked: asked ?? ['hoso.xu-ly', 'hoso.bao-tin'],
          choices,
          notice: { bytes: noticeBytes(hoso, ['svc:hoso:nop'], 'vi'), language: 'vi' },
          ...shared,
        },
        now,
      ),
    withdraw: (what, now = after(60), at = house()) =>
      withdrawConsent(at, { ...what, language: 'vi', ...shared }, now),
  };
}

export type State = { id: string; purpose: string; purpose_version: number; state: string; version: number };
export const statesOf = (db: Database, accountId: string) =>
  db.rows<State>(sql`
    select c.id, c.purpose_id as purpose, c.purpose_version, c.state, c.version from consent c join subject s using (subject_id)
    where s.account_id = ${accountId} order by c.purpose_id`);
export const stateOf = async (db: Database, accountId: string, purpose: string): Promise<State> => {
  const found = (await statesOf(db, accountId)).find((one) => one.purpose === purpose);
  if (found === undefined) throw new Error(`no consent for ${purpose}`);
  return found;
};
export const handlesOf = (db: Database, accountId: string) =>
  db.rows<{ consent_id: string; client_id: string; version: number }>(sql`
    select h.consent_id, h.client_id, h.version from consent_handle h join subject s using (subject_id)
    where s.account_id = ${accountId} order by h.client_id`);
export const marksOf = (db: Database, consentId: string) =>
  db.rows<{ min_version: number; client_id: string }>(sql`
    select min_version, client_id from watermark where consent_id = ${consentId} order by id`);

type EventRow = {
  event_id: string;
  stream_id: string;
  n: number;
  state: string;
  entry: Buffer;
  body_sealed: Buffer;
  receipt_sealed: Buffer;
  opening_sealed: Buffer;
  last_entry_hash: Buffer;
  current: string;
  version: number;
};
const entrySchema = z.strictObject({
  v: z.literal(1), eid: z.string(), k: z.string(), t: z.string(), s: z.string(), n: z.number(), p: z.string(), b: z.string(), u: z.string(),
}); // prettier-ignore
export const payloadSchema = z.looseObject({
  jti: z.string(),
  record_id: z.string(),
  record_version: z.number(),
  sub: z.string(),
  aud: z.string(),
  notice: z.looseObject({ sha256: z.string() }),
  purposes: z.tuple([z.looseObject({ purpose_id: z.string(), version: z.number(), text: z.string() })]),
  event: z.looseObject({ event_state: z.string(), event_time: z.string() }),
});
export type Receipt = {
  readonly header: unknown;
  readonly payload: z.infer<typeof payloadSchema>;
  readonly jws: string;
  readonly entry: string;
};

/** Every receipt of a person by purpose, oldest first. Throws where a chain, a commitment or a signature does not fit. */
export async function checkedReceipts(ledger: Ledger, accountId: string): Promise<Map<string, Receipt[]>> {
  const { db, vault, receiptKey } = ledger;
  const subject = await findSubject(db, vault, accountId);
  if (subject === undefined) throw new Error('no subject');
  const receipts = new Map<string, Receipt[]>();
  for (const consent of await statesOf(db, accountId)) {
    const rows = await db.rows<EventRow>(sql`
      select e.event_id, e.stream_id, e.n, e.state, e.entry, e.body_sealed, e.receipt_sealed, e.opening_sealed,
        c.last_entry_hash, c.state as current, c.version
      from consent_event e join consent c on c.id = e.consent_id where c.id = ${consent.id} order by e.n`);
    let previous = Buffer.alloc(32);
    const list: Receipt[] = [];
    for (const [index, row] of rows.entries()) {
      const entry = entrySchema.parse(JSON.parse(row.entry.toString()));
      const open = (part: string, sealed: Buffer) => subject.open(`consent_event/${row.event_id}/${part}`, sealed);
      const body = open('body', row.body_sealed);
      const jws = open('receipt', row.receipt_sealed).toString();
      const keys = open('opening', row.opening_sealed);
      const commit = (key: Buffer, value: Buffer | string) => createHmac('sha256', key).update(value).digest('base64url');
      const [head = '', payload = '', signature = ''] = jws.split('.');
      const checks = {
        number: entry.n === index + 1 && row.n === entry.n,
        names: entry.eid === row.event_id && entry.s === row.stream_id && entry.k === `consent.${row.state}`,
        link: entry.p === previous.toString('base64url'),
        body: entry.b === commit(keys.subarray(0, 32), body),
        subject: entry.u === commit(keys.subarray(32), subject.subjectId),
        bytes: Buffer.from(payload, 'base64url').equals(body),
        signature: verify('sha256', Buffer.from(`${head}.${payload}`), { key: receiptKey.publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')),
      }; // prettier-ignore
      for (const [name, fits] of Object.entries(checks)) if (!fits) throw new Error(`${consent.purpose} ${index + 1}: ${name}`);
      previous = createHash('sha256').update(row.entry).digest();
      list.push({ header: JSON.parse(Buffer.from(head, 'base64url').toString()), payload: payloadSchema.parse(JSON.parse(body.toString())), jws, entry: row.entry.toString() });
    } // prettier-ignore
    const last = rows.at(-1);
    if (
      last === undefined ||
      !last.last_entry_hash.equals(previous) ||
      last.state !== last.current ||
      last.n !== last.version
    )
      throw new Error(`${consent.purpose}: the consent is not what its last event says`);
    receipts.set(consent.purpose, list);
  }
  return receipts;
}
