import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Reply, Rp } from '../support/rp.ts';
import { accountOf, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// Case 13, refresh tokens; `auth_session` belongs to the challenge endpoint.
let house: TestHouse;
let rp: Rp;
let other: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  [rp, other] = await Promise.all([createPortal(house, 'cong-thu'), createPortal(house, 'cong-khac')]);
  await other.begin('openid', undefined);
});
test.after.always(() => house?.stop());

const ends: [string, (visitor: Visitor, tokens: Reply) => Promise<unknown>][] = [
  ['a withdrawal', async (visitor) => {
    await visitor.open(`${house.issuer}/toi`);
    const links = visitor.browser.page().document.querySelectorAll('a[href^="/toi/dong-y/"]');
    t_assert(links.length > 0);
    // The purpose the action rests on; the other one leaves the token alone.
    for (const href of links.map((link) => link.getAttribute('href') ?? '')) {
      await visitor.open(`${house.issuer}${href}`);
      if (visitor.browser.hasButton('Rút lại đồng ý')) await visitor.browser.press('Rút lại đồng ý');
    }
  }],
  ['a logout', async (visitor) => {
    await visitor.open(`${house.issuer}/session/end`);
    await visitor.browser.press('yes');
  }],
  ['a lock', async (visitor) => house.db.run(sql`update account set locked_at = now() where id = ${await accountOf(house, visitor)}`)],
  ['the end of every proof', async (visitor) => house.db.run(sql`update level_fact set revoked_at = now() where account_id = ${await accountOf(house, visitor)}`)],
  ['a day', async (visitor) => house.db.run(sql`update oidc_artifact set expires_at = now() where kind = 3 and grant_id in (select id from oidc_grant where account_id = ${await accountOf(house, visitor)})`)],
  ['the end of the grant', async (visitor) => house.db.run(sql`delete from oidc_grant where account_id = ${await accountOf(house, visitor)}`)],
  ['its own revocation', async (_visitor, tokens) => rp.revoke(String(tokens.body['refresh_token']))],
]; // prettier-ignore

function t_assert(condition: boolean): void {
  if (!condition) throw new Error('there is nothing to withdraw');
}

for (const [what, end] of ends) {
  test(`after ${what} a refresh token is dead, for its client and for a thief`, async (t) => {
    const visitor = await meet(house);
    const { tokens } = await signIn(rp, visitor, LEVEL_TWO);
    t.is((await other.refresh(tokens)).body['error'], 'invalid_grant', 'another client never');
    t.is((await rp.refresh(tokens)).status, 200);
    await end(visitor, tokens);
    for (const client of [rp, other]) {
      const reply = await client.refresh(tokens);
      t.is(reply.status, 400, reply.text);
      t.is(reply.body['error'], 'invalid_grant');
    }
  });
}
