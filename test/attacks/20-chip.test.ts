import test from 'ava';
import { sql } from '../../database.ts';
import { makeCard } from '../../sandbox/cards/card.ts';
import { makeAuthority, makeSigner } from '../../sandbox/cards/certificates.ts';
import { hostileObjects } from '../../sandbox/cards/hostile.ts';
import { flipped } from '../cards/chip-cards.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { meetWithCard, openChipPage, sendChip } from '../support/chip.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, countEvents } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// Case 20. What must happen: refused, the parser survives, nothing logged, step fact absent.

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());
test.afterEach.always(() => house.cardAuthority.resetKnobs());

const PASSED = 'Số điện thoại nhận mã';
const factsOf = async (visitor: Visitor) => {
  const accountId = await accountOf(house, visitor);
  return house.db.rows(sql`select step from step_fact where account_id = ${accountId} and step = 'chip'`);
};
const bytesOf = (members: Record<string, string>, name: string) => Buffer.from(members[name] ?? '', 'base64');
const put = (members: Record<string, string>, name: string, bytes: Buffer) => ({ ...members, [name]: bytes.toString('base64') }); // prettier-ignore

async function before() {
  const met = await meetWithCard(house);
  await openChipPage(rp, met.visitor);
  const refuse = async (t: { not: (a: unknown, b: unknown, message: string) => void; is: (a: unknown, b: unknown, message: string) => void; deepEqual: (a: unknown, b: unknown, message: string) => void }, what: string, members: object | string) => {
    const page = await sendChip(met.visitor, members);
    t.is(page.status, 200, what);
    t.not(page.title, PASSED, what);
    t.deepEqual(await factsOf(met.visitor), [], what);
  }; // prettier-ignore
  return { ...met, refuse };
}

test.serial(
  'a recorded reading again: the same account, another account, with the challenge left out',
  async (t) => {
    const victim = await meetWithCard(house);
    await openChipPage(rp, victim.visitor);
    const recording = victim.card.read();
    t.is((await sendChip(victim.visitor, recording)).title, PASSED);
    const attacker = await before();
    await attacker.refuse(t, 'the whole recording', recording);
    await attacker.refuse(t, 'without the answer', { ...recording, aAResult: '' });
    await attacker.refuse(t, 'without the challenge', { ...recording, challenge: '' });
    await attacker.refuse(t, 'without the key', { ...recording, dg15: '' });
    await attacker.refuse(t, 'with a challenge of the attacker', { ...recording, challenge: Buffer.from('attacker').toString('base64') }); // prettier-ignore
    await attacker.refuse(t, 'in another encoding', Object.fromEntries(Object.entries(recording).map(([name, text]) => [name, Buffer.from(text, 'base64').toString('hex')]))); // prettier-ignore
  },
);

test.serial(
  'a changed group, another CSCA, another chip, a face of somebody else, an expired card',
  async (t) => {
    const { card, visitor, refuse } = await before();
    const own = card.read();
    for (const name of ['dg1', 'dg2', 'dg13', 'dg15']) {
      const bytes = bytesOf(own, name);
      await refuse(t, name, put(own, name, flipped(bytes, bytes.length - 2)));
    }
    const { personalNumber, name, birthdate } = visitor.person;
    const forged = makeCard({ personalNumber, name, birthdate }, makeSigner(makeAuthority()));
    await refuse(t, 'a card of an authority of the same name', forged.read());
    const other = (await meetWithCard(house)).card.read();
    await refuse(t, 'the answer of another chip', {
      ...own,
      challenge: other['challenge'],
      aAResult: other['aAResult'],
    });
    await refuse(t, 'the face of another person', { ...own, dg2: other['dg2'] });
    house.cardAuthority.setKnobs({ holder: 'other_person' });
    await refuse(t, 'the authority sees another face', card.read());
  },
);

test.serial('an expired card, a revoked card, a card the authority never issued', async (t) => {
  const { card, visitor, refuse } = await before();
  const { personalNumber, name, birthdate } = visitor.person;
  house.cardAuthority.setKnobs({ revoked: [personalNumber] });
  await refuse(t, 'revoked', card.read());
  house.cardAuthority.resetKnobs();
  await visitor.browser.press('Chọn cách khác');
  await visitor.browser.press('Đọc chip');
  const again = house.cardAuthority.issue({ personalNumber, name, birthdate });
  await refuse(t, 'replaced by a new card', card.read());
  await visitor.browser.press('Chọn cách khác');
  await visitor.browser.press('Đọc chip');
  t.is((await sendChip(visitor, again.read())).title, PASSED);
});

test.serial('bytes made to hurt: nothing falls over, and the next citizen is served', async (t) => {
  for (const [what, sod] of hostileObjects(60_000)) {
    const { card, refuse } = await before();
    const begun = performance.now();
    await refuse(t, what, put(card.read(), 'sod', sod));
    t.true(performance.now() - begun < 5_000, what);
  }
  const { refuse } = await before();
  for (const [what, text] of [
    ['deep JSON', '['.repeat(100_000)],
    ['many members', `{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":1`).join(',')}}`],
    ['a prototype', '{"__proto__":{"sod":"dwA="}}'],
    ['not UTF-8', '\ud800'],
  ] as const)
    // prettier-ignore
    await refuse(t, what, text);
  const next = await meetWithCard(house);
  await openChipPage(rp, next.visitor);
  t.is((await sendChip(next.visitor, next.card.read())).title, PASSED);
  t.is(house.logged.filter((line) => line.includes('page.failed')).length, 0);
});

test.serial('the eleventh reading of a day is not looked at', async (t) => {
  const { card, visitor, refuse } = await before();
  for (let i = 0; i < 10; i += 1) await refuse(t, `attempt ${i + 1}`, '{}');
  const asked = house.cardAuthority.requests().length;
  await refuse(t, 'a genuine card', card.read());
  t.is(house.cardAuthority.requests().length, asked);
  t.is(await countEvents(house, 'stepup.chip', await accountOf(house, visitor)), 11);
});

test.serial('neither the log nor the events hold anything of a card', async (t) => {
  const { card, visitor } = await before();
  await sendChip(visitor, card.read());
  const bodies = await house.db.rows<{ body: string }>(
    sql`select encode(body, 'escape') as body from access_event`,
  );
  const said = [...house.logged, ...bodies.map(({ body }) => body)].join('\n');
  const { dg1, dg2, dg13 } = card.groups;
  const secrets = [visitor.person.personalNumber, visitor.person.name, 'DÂN TỘC', 'IDVNM', ...[card.sod, dg1, dg2, dg13].flatMap((bytes) => [bytes.toString('base64').slice(60, 100), bytes.toString('hex').slice(60, 100)])]; // prettier-ignore
  for (const secret of secrets) t.false(said.includes(secret), secret);
});
