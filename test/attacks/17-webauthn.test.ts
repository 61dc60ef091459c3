import test from 'ava';
import { sql } from '../../database.ts';
import { wordsOf } from '../../views/words/words.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import {
  addPasskey,
  askedForPasskey,
  ceremonyOn,
  freshLevelTwo,
  keyHolder,
  pressUnlock,
} from '../support/passkey-visitor.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { readOptions, softwarePasskey } from '../support/software-passkey.ts';
import type { Ceremony } from '../support/software-passkey.ts';
import {
  accountOf,
  ageProofs,
  atRedirect,
  countEvents,
  LEVEL_ONE,
  LEVEL_TWO,
  meet,
  signIn,
  visitorAs,
} from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

const words = wordsOf('vi');
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const passkeysOf = (accountId: string) =>
  house.db.rows(
    sql`select p.id from passkey p join passkey_owner o using (user_handle) where o.account_id = ${accountId}`,
  );

test.serial('a passkey that was added is a fresh factor, and says so in the token', async (t) => {
  const me = await keyHolder(house, rp);
  const request = await askedForPasskey(house, rp, me);
  const arrival = await pressUnlock(me.visitor, me.key.answer(ceremonyOn(me.visitor, house)));
  t.is((await freshLevelTwo(house, me.accountId)).length, 1);
  t.deepEqual((await freshLevelTwo(house, me.accountId))[0]?.amr, ['hwk', 'user']);
  t.true(
    arrival.at === 'door' && atRedirect(arrival.url),
    'consent was given before, so the portal has its answer',
  );
  if (arrival.at !== 'door') return;
  t.is((await rp.redeem(request, arrival.url)).status, 200);
});

const faults: readonly (readonly [string, Partial<Ceremony>, string])[] = [
  ['made for another origin', { origin: 'https://id-tayninh.example' }, words.passkeyStep.errors.unknown],
  ['made for another rpId', { rpId: 'id-tayninh.example' }, words.passkeyStep.errors.unknown],
  ['without verification of the person', { verified: false }, words.passkeyStep.errors.unknown],
  ['with a damaged signature', { broken: true }, words.passkeyStep.errors.unknown],
  ['of a registration', { type: 'webauthn.create' }, words.passkeyStep.errors.unknown],
  ['to a challenge we never gave', { challenge: 'A'.repeat(43) }, words.passkeyStep.errors.expired],
];
for (const [what, over, says] of faults) {
  test.serial(`an answer ${what} proves nothing`, async (t) => {
    const me = await keyHolder(house, rp);
    await askedForPasskey(house, rp, me);
    await pressUnlock(me.visitor, me.key.answer({ ...ceremonyOn(me.visitor, house), ...over }));
    t.true(me.visitor.browser.page().document.text.includes(says));
    t.deepEqual(await freshLevelTwo(house, me.accountId), []);
    t.is(await countEvents(house, 'stepup.passkey', me.accountId), 1);
  });
}

test.serial('an answer is good once: not again, not in another sign-in, and not five minutes later', async (t) => {
  const me = await keyHolder(house, rp);
  await askedForPasskey(house, rp, me);
  const first = ceremonyOn(me.visitor, house);
  const wrong = me.key.answer({ ...first, verified: false });
  await pressUnlock(me.visitor, wrong);
  await pressUnlock(me.visitor, me.key.answer(first));
  t.true(me.visitor.browser.page().document.text.includes(words.passkeyStep.errors.expired), 'a refused answer has used the challenge up');
  const second = ceremonyOn(me.visitor, house);
  await askedForPasskey(house, rp, me);
  await pressUnlock(me.visitor, me.key.answer(second));
  t.true(me.visitor.browser.page().document.text.includes(words.passkeyStep.errors.expired), 'a challenge of another sign-in');
  const third = ceremonyOn(me.visitor, house);
  await house.db.run(sql`update passkey_challenge set expires_at = now()`);
  await pressUnlock(me.visitor, me.key.answer(third));
  t.true(me.visitor.browser.page().document.text.includes(words.passkeyStep.errors.expired), 'too late');
  t.deepEqual(await freshLevelTwo(house, me.accountId), []);
}); // prettier-ignore

test.serial('eight posts of one answer at once move the sign-in on once', async (t) => {
  const me = await keyHolder(house, rp);
  await askedForPasskey(house, rp, me);
  const answer = me.key.answer(ceremonyOn(me.visitor, house));
  await Promise.allSettled(Array.from({ length: 8 }, () => pressUnlock(me.visitor, answer)));
  const facts = await house.db.rows(
    sql`select step from step_fact where account_id = ${me.accountId} and step = 'passkey'`,
  );
  t.is(facts.length, 1);
  t.is((await freshLevelTwo(house, me.accountId)).length, 1);
});

test.serial('a count that falls ends the passkey, and the alarm is on record', async (t) => {
  const me = await keyHolder(house, rp);
  await askedForPasskey(house, rp, me);
  await pressUnlock(me.visitor, me.key.answer({ ...ceremonyOn(me.visitor, house), count: 9 }));
  t.is((await freshLevelTwo(house, me.accountId)).length, 1);
  await askedForPasskey(house, rp, me);
  await pressUnlock(me.visitor, me.key.answer({ ...ceremonyOn(me.visitor, house), count: 4 }));
  t.deepEqual(await freshLevelTwo(house, me.accountId), []);
  t.is(await countEvents(house, 'passkey.alarm', me.accountId), 1);
  // The only passkey: the page of passkeys is gone, and the choice says why.
  t.is(me.visitor.browser.page().title, words.stepUp.title.again);
  t.true(me.visitor.browser.page().document.text.includes(words.stepUp.errors.passkey_stopped));
  await me.visitor.open((await rp.begin(LEVEL_TWO.scope, LEVEL_TWO.resource)).url);
  t.false(me.visitor.browser.hasButton(words.stepUp.methods.passkey.button), 'it is not offered any more');
});

test.serial('somebody else\'s passkey proves nothing about me', async (t) => {
  const [me, other] = [await keyHolder(house, rp), await keyHolder(house, rp)];
  await askedForPasskey(house, rp, me);
  await pressUnlock(me.visitor, other.key.answer(ceremonyOn(me.visitor, house)));
  t.true(me.visitor.browser.page().document.text.includes(words.passkeyStep.errors.unknown));
  t.deepEqual(await freshLevelTwo(house, me.accountId), []);
  await askedForPasskey(house, rp, other);
  await pressUnlock(me.visitor, other.key.answer(ceremonyOn(other.visitor, house)));
  t.deepEqual(await freshLevelTwo(house, me.accountId), [], 'nor does an answer made at the other one\'s browser');
}); // prettier-ignore

/** Posts the form shown last to another address of ours, as a script of the attacker's would. */
async function postTo({ browser }: Visitor, button: string, action: string, fields: Record<string, string>) {
  browser
    .page()
    .document.querySelectorAll('form')
    .forEach((form) => form.setAttribute('action', action));
  return browser.press(button, fields);
}

test.serial('nobody adds a passkey at level 1, nor long after level 2', async (t) => {
  const low = await meet(house);
  await signIn(rp, low, LEVEL_ONE);
  await low.open(`${house.issuer}/toi/khoa/them`);
  t.is(low.browser.page().document.querySelector('form[data-passkey]'), null, 'the page leads into the verification step');
  await low.open(`${house.issuer}/toi`);
  const answer = softwarePasskey().register({ challenge: 'A'.repeat(43), origin: house.issuer, rpId: 'localhost' });
  await postTo(low, 'Đăng xuất', '/toi/khoa/them', { answer, name: 'Máy' });
  t.deepEqual(await passkeysOf(await accountOf(house, low)), []);

  const me = await keyHolder(house, rp);
  await me.visitor.open(`${house.issuer}/toi/khoa/them`);
  const late = softwarePasskey().register(ceremonyOn(me.visitor, house));
  await ageProofs(house, me.accountId, 901);
  await me.visitor.browser.press(words.passkeyAdd.button, { answer: late, name: 'Máy' });
  t.is((await passkeysOf(me.accountId)).length, 1);
}); // prettier-ignore

test.serial(
  'a registration made at one browser is not brought in by another of the same person',
  async (t) => {
    const me = await keyHolder(house, rp);
    await me.visitor.open(`${house.issuer}/toi/khoa/them`);
    const answer = softwarePasskey().register(ceremonyOn(me.visitor, house));
    const elsewhere = visitorAs(house, me.visitor.person);
    await signIn(rp, elsewhere, LEVEL_ONE);
    const session = await house.db.row<{ uid: string }>(sql`
    select session_uid as uid from level_fact where account_id = ${me.accountId} and level = 1 order by at desc limit 1`);
    await house.db.run(
      sql`update level_fact set session_uid = ${session?.uid} where account_id = ${me.accountId} and level = 2`,
    );
    await elsewhere.open(`${house.issuer}/toi/khoa/them`);
    await elsewhere.browser.press(words.passkeyAdd.button, { answer, name: 'Máy' });
    t.true(elsewhere.browser.page().document.text.includes(words.passkeyAdd.errors.failed));
    t.is((await passkeysOf(me.accountId)).length, 1);
  },
);

test.serial('a passkey is not removed at level 1, by a stranger, or by a stranger\'s form', async (t) => {
  const [me, other] = [await keyHolder(house, rp), await keyHolder(house, rp)];
  const [mine] = await passkeysOf(me.accountId);
  const remove = `/toi/khoa/${String(mine?.['id'])}/bo`;
  await other.visitor.open(`${house.issuer}/toi`);
  const theirs = await postTo(other.visitor, 'Đăng xuất', remove, {});
  t.is(theirs.at === 'page' ? theirs.page.status : 0, 404);
  t.is((await other.visitor.open(`${house.issuer}/toi/khoa/${String(mine?.['id'])}`)).at, 'page');
  t.is(other.visitor.browser.page().status, 404);
  await me.visitor.open(`${house.issuer}/toi/khoa/${String(mine?.['id'])}`);
  const forged = await me.visitor.browser.press(words.passkeyEdit.remove, { csrf: 'x' });
  t.is(forged.at === 'page' ? forged.page.status : 0, 403);
  await ageProofs(house, me.accountId, 901);
  await me.visitor.open(`${house.issuer}/toi/khoa/${String(mine?.['id'])}`);
  await me.visitor.browser.press(words.passkeyEdit.remove);
  t.is((await passkeysOf(me.accountId)).length, 1);
  t.is(await countEvents(house, 'passkey.removed', me.accountId), 0);
}); // prettier-ignore

test.serial('only pages that need the script may run it', async (t) => {
  const me = await keyHolder(house, rp);
  await me.visitor.open(`${house.issuer}/toi/khoa/them`);
  const src = me.visitor.browser.page().document.querySelector('script')?.getAttribute('src') ?? '';
  const script = await fetch(`${house.issuer}${src}`);
  t.is(script.status, 200);
  t.regex(script.headers.get('content-type') ?? '', /^text\/javascript/);
  const home = await fetch(`${house.issuer}/`);
  t.regex(home.headers.get('content-security-policy') ?? '', /script-src;/);
  await addPasskey(house, me.visitor, 'Máy thứ hai');
  t.is(readOptions('{"challenge":"x","rpId":"localhost"}', house.issuer).rpId, 'localhost');
});
