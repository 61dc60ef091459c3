// What an operator and two approvers do after policies/services has changed, done for them when the
// demo starts on data it has kept: by the same verbs, as three people of the sandbox. The broker
// knows no other way.

import { randomBytes } from 'node:crypto';
import { judgeProposal } from '../catalogue/approve.ts';
import { loadCatalogue } from '../catalogue/load.ts';
import { proposeCatalogue } from '../catalogue/propose.ts';
import { publishProposal } from '../catalogue/publish.ts';
import { findPublished } from '../catalogue/published.ts';
import { purposeLedger } from '../consent/publish.ts';
import type { Database } from '../database.ts';
import { Refusal } from '../errors.ts';
import { acceptInvitation, inviteStaff } from '../staff/invitation.ts';
import { findStaff } from '../staff/store.ts';
import { DEMO_OPERATOR } from './demo-officers.ts';

const files = new URL('../policies/services', import.meta.url).pathname;
const UNIT = 'Máy duyệt của bản thử';

/** Does nothing in an empty database: there the broker publishes the files itself. */
export async function publishChangedFiles(db: Database, issuer: string, now: Date): Promise<void> {
  const published = await findPublished(db);
  if (published === undefined) return;
  const catalogue = await loadCatalogue(files);
  if (catalogue.sha256 === published.catalogue.sha256) return;
  const house = { db, origin: new URL(issuer).host, purposes: purposeLedger };
  const operator = await findStaff(db, DEMO_OPERATOR);
  if (operator === undefined) throw new Error('the demo has no operator');
  const { id } = await proposeCatalogue(house, { catalogue, operatorId: operator.id }, now);
  for (const login of ['may-duyet-1', 'may-duyet-2']) {
    const staffId = await approver(house, login, now);
    await judgeProposal(house, { id, staffId, verdict: 'approved', reason: 'bin/demo: tệp đã đổi' }, now);
  }
  const done = await publishProposal(house, { id, operatorId: operator.id }, now);
  if (done.outcome !== 'published')
    throw new Refusal('conflict', `the changed catalogue was not published: ${done.outcome}`);
}

/** Nobody knows the password of these two: they can approve here and sign in nowhere. */
async function approver(
  house: { readonly db: Database; readonly origin: string },
  login: string,
  now: Date,
): Promise<string> {
  const known = await findStaff(house.db, login);
  if (known !== undefined && known.accepted_at !== null) return known.id;
  const invitation = { login, role: 'approver', unit: UNIT, communeCode: undefined } as const;
  const token = await inviteStaff(house, invitation, now);
  const password = randomBytes(24).toString('base64url');
  const accepted = await acceptInvitation(house, { token, password }, now);
  if (accepted.outcome !== 'accepted') throw new Error(`${login} could not be made an approver`);
  return accepted.staffId;
}
