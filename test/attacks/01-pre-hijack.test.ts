// Case 1: somebody prepares an account around a victim's phone before the victim comes. A phone binds
// nothing and nobody: only an identity does, and of one person there is one account.

import test from 'ava';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, LEVEL_TWO, meet, passZalo, signIn, visitorAs } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const livePhone = (accountId: string) =>
  house.db.row<{ contested_at: Date | null }>(sql`
    select contested_at from phone where account_id = ${accountId} and ended_at is null`);

/** What the attacker's own page shows. */
async function ownPage(visitor: Visitor): Promise<string> {
  await visitor.open(`${house.issuer}/toi`);
  return visitor.browser.page().document.text;
}

test('a victim’s phone typed at another account binds nothing, before or after the victim comes', async (t) => {
  const [attacker, victim] = [await meet(house), await meet(house)];
  // All the way to the code page with the victim's number; the code goes to the victim.
  const trap = visitorAs(house, { ...attacker.person, phone: victim.person.phone }, (url) => url.pathname.endsWith('/nhap-ma')); // prettier-ignore
  await t.throwsAsync(trap.go(await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).then(() => Promise.reject(new Error('stopped')))); // prettier-ignore
  const trapAccount = await accountOf(house, attacker);
  t.is(await livePhone(trapAccount), undefined);

  const signed = await signIn(rp, victim, LEVEL_TWO);
  t.is(signed.tokens.status, 200);
  const account = await accountOf(house, victim);
  t.not(account, trapAccount);
  t.truthy(await livePhone(account));
  t.is(await livePhone(trapAccount), undefined);

  const spy = visitorAs(house, attacker.person);
  await signIn(rp, spy, LEVEL_ONE);
  const seen = await ownPage(spy);
  for (const secret of [
    victim.person.name,
    victim.person.personalNumber.slice(-3),
    victim.person.phone.slice(-3),
  ])
    t.false(seen.includes(secret), 'nothing of the victim');
  const owner = await house.db.rows(sql`select account_id from identity_binding where account_id in (${account}, ${trapAccount}) and ended_at is null`); // prettier-ignore
  t.is(owner.length, 1);
});

test('when the phone’s next holder binds it, a code to it is no longer enough for the one before', async (t) => {
  const [former, holder] = [await meet(house), await meet(house)];
  await signIn(rp, former, LEVEL_TWO);
  const formerAccount = await accountOf(house, former);
  t.like(await livePhone(formerAccount), { contested_at: null });

  const victim = visitorAs(house, { ...holder.person, phone: former.person.phone });
  const { tokens } = await signIn(rp, victim, LEVEL_TWO);
  t.is(tokens.status, 200);
  const account = await accountOf(house, victim);
  t.not(account, formerAccount);
  t.truthy((await livePhone(formerAccount))?.contested_at);
  t.like(await livePhone(account), { contested_at: null });

  // A reading service takes a code alone; not from this phone any more.
  const request = await rp.begin('openid svc:hoso:xem', DOSSIERS, { max_age: '0' });
  await former.open(request.url);
  await passZalo(former);
  t.false(former.browser.hasButton('Nhận mã qua tin nhắn'), former.browser.page().title);
  t.true(former.browser.hasButton('Xác minh bằng VNeID'));
});

test('services see two people, whatever phone they gave', async (t) => {
  const [one, other] = [await meet(house), await meet(house)];
  const first = await signIn(rp, one, LEVEL_TWO);
  const second = await signIn(rp, visitorAs(house, { ...other.person, phone: one.person.phone }), LEVEL_TWO);
  t.not(
    claimsOf(first.tokens.body['access_token'])['sub'],
    claimsOf(second.tokens.body['access_token'])['sub'],
  );
  const merged = await house.db.rows(sql`select account_id from zalo_link where ended_at is null group by account_id having count(*) > 1`); // prettier-ignore
  t.deepEqual(merged, []);
});
