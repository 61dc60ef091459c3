import test from 'ava';
import { indexCatalogue } from '../../catalogue/catalogue.ts';
import { proposeCatalogue } from '../../catalogue/propose.ts';
import { publishProposal } from '../../catalogue/publish.ts';
import { findPublished } from '../../catalogue/published.ts';
import { purposeLedger } from '../../consent/publish.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';
import { PASSWORD } from '../counter/desk.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { claimsFrom, createPortalOf, PORTAL, scopesOf } from '../support/claims.ts';
import { useDatabase } from '../support/database.ts';
import { meet, signIn } from '../support/visitor.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
});
test.after.always(() => house?.stop());

/** Publishes the catalogue without the portal's agreement, and waits until the broker serves it. */
async function endAgreement(): Promise<void> {
  const { db } = house;
  const catalogueHouse = { db, origin: 'id.test', purposes: purposeLedger };
  const now = new Date();
  const invitation = { login: 'van-hanh', role: 'operator', unit: 'Sở', communeCode: undefined } as const;
  const accepted = await acceptInvitation(catalogueHouse, { token: await inviteStaff(catalogueHouse, invitation, now), password: PASSWORD }, now); // prettier-ignore
  if (accepted.outcome !== 'accepted') throw new Error('the invitation did not hold');
  const published = await findPublished(db);
  if (published === undefined) throw new Error('nothing is published');
  const { content, version } = published.catalogue;
  const services = content.services.map((one) => {
    const { transferAgreement: _, ...rest } = one;
    return one.id === PORTAL ? rest : one;
  });
  const operatorId = accepted.staffId;
  const catalogue = indexCatalogue({ ...content, services }, version.slice(4, 14));
  const { id, direction } = await proposeCatalogue(catalogueHouse, { catalogue, operatorId }, now);
  if (direction !== 'stronger') throw new Error(`ending an agreement was judged ${direction}`);
  await publishProposal(catalogueHouse, { id, operatorId }, now);
  const giveUpAt = Date.now() + 10_000;
  while (!house.logged.some((line) => line.includes('catalogue.reloaded'))) {
    if (Date.now() > giveUpAt) throw new Error('the broker did not take the new catalogue');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('an agreement that ends takes every personal claim with it, also from tokens that are out', async (t) => {
  const rp = await createPortalOf(house, 'cong', PORTAL);
  const visitor = await meet(house);
  const wanted = { scope: 'openid phone tn.identity tn.pin tn.verified' };
  const { tokens } = await signIn(rp, visitor, wanted);
  t.true('verified_claims' in (await claimsFrom(rp, tokens)));
  await endAgreement();
  t.deepEqual(await claimsFrom(rp, tokens), {});
  t.deepEqual(scopesOf(await rp.refresh(tokens)), ['openid']);
  const again = await signIn(rp, visitor, wanted);
  t.deepEqual(again.walk.steps, [], 'nobody is asked for what cannot be given');
  t.deepEqual(scopesOf(again.tokens), ['openid']);
});
