// Purposes are published once: the words people agreed to must be readable years later, so a
// changed text needs a new version and the start refuses anything else.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../catalogue/canonical.ts';
import type { Catalogue, CataloguePurpose } from '../catalogue/catalogue.ts';
import type { PurposeLedger } from '../catalogue/propose.ts';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { Refusal } from '../errors.ts';

/** Writes the catalogue's purposes that are new. @throws Refusal conflict naming purposes whose text changed under an old version */
export async function publishPurposes(db: Database, catalogue: Catalogue, now: Date): Promise<void> {
  const all = catalogue.content.purposes;
  const bodies = all.map((purpose) => Buffer.from(canonicalJson(purpose)));
  await db.run(sql`
    insert into purpose (purpose_id, version, service_id, basis, basis_ref, body, sha256, published_at)
    select p.id, p.version, p.service, p.basis, p.basis_ref, p.body, p.sha256, ${now}
    from unnest(${all.map(({ id }) => id)}::text[], ${all.map(({ version }) => version)}::integer[],
      ${all.map(({ service }) => service)}::text[], ${all.map(({ basis }) => basis)}::text[],
      ${all.map(({ basisRef }) => basisRef ?? null)}::text[], ${bodies}::bytea[],
      ${bodies.map((body) => createHash('sha256').update(body).digest())}::bytea[])
      as p (id, version, service, basis, basis_ref, body, sha256)
    on conflict do nothing`);
  const changed = await findChangedPurposes(db, catalogue);
  if (changed.length > 0) {
    throw new Refusal('conflict', `purposes changed without a new version: ${changed.join(', ')}`, { reason: 'purpose_version' }); // prettier-ignore
  }
}

/** Purposes kept under the same version with another text. The order of members in the bytes does not count. */
export async function findChangedPurposes(db: Database, { content }: Catalogue): Promise<string[]> {
  const kept = await db.rows<{ purpose_id: string; version: number; body: Buffer }>(sql`
    select p.purpose_id, p.version, p.body from purpose p
    join unnest(${content.purposes.map(({ id }) => id)}::text[], ${content.purposes.map(({ version }) => version)}::integer[])
      as wanted (id, version) on p.purpose_id = wanted.id and p.version = wanted.version
    order by p.purpose_id`);
  return kept
    .filter(({ purpose_id: id, body }) => {
      const purpose = content.purposes.find((one) => one.id === id);
      if (purpose === undefined) return true;
      const text = JSON.parse(body.toString()) as CataloguePurpose; // written by publishPurposes into a table that takes no change
      return canonicalJson(text) !== canonicalJson(purpose);
    })
    .map(({ purpose_id: id, version }) => `${id} (version ${version})`);
}

/** What catalogue/ asks of the ledger when it proposes and publishes. */
export const purposeLedger: PurposeLedger = { findChanged: findChangedPurposes, publish: publishPurposes };

/** A purpose as it was published, also one that has left the catalogue. @throws Refusal missing */
export async function getPublishedPurpose(
  db: Database,
  purposeId: string,
  version: number,
): Promise<CataloguePurpose> {
  const row = await db.row<{ body: Buffer }>(
    sql`select body from purpose where purpose_id = ${purposeId} and version = ${version}`,
  );
  if (row === undefined) throw new Refusal('missing', 'no such purpose');
  return JSON.parse(row.body.toString()) as CataloguePurpose; // written by publishPurposes into a table that takes no change
}
