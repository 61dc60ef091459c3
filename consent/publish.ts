// Purposes are published once: the words people agreed to must be readable years later, so a
// changed text needs a new version and the start refuses anything else.

import { createHash } from 'node:crypto';
import type { Catalogue, CataloguePurpose } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import { sql } from '../database.ts';
import { Refusal } from '../errors.ts';

/** Writes the catalogue's purposes that are new. @throws Refusal conflict naming purposes whose text changed under an old version */
export async function publishPurposes(db: Database, catalogue: Catalogue, now: Date): Promise<void> {
  const changed: string[] = [];
  for (const purpose of catalogue.content.purposes) {
    const body = Buffer.from(JSON.stringify(purpose));
    const sha256 = createHash('sha256').update(body).digest();
    await db.run(sql`
      insert into purpose (purpose_id, version, service_id, basis, basis_ref, body, sha256, published_at)
      values (${purpose.id}, ${purpose.version}, ${purpose.service}, ${purpose.basis}, ${purpose.basisRef}, ${body}, ${sha256}, ${now})
      on conflict do nothing`);
    const kept = await db.row<{ sha256: Buffer }>(sql`
      select sha256 from purpose where purpose_id = ${purpose.id} and version = ${purpose.version}`);
    if (kept === undefined || !kept.sha256.equals(sha256))
      changed.push(`${purpose.id} (version ${purpose.version})`);
  }
  if (changed.length > 0) {
    throw new Refusal('conflict', `purposes changed without a new version: ${changed.join(', ')}`, { reason: 'purpose_version' }); // prettier-ignore
  }
}

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
