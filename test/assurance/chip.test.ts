import test from 'ava';
import { bindIdentity } from '../../assurance/binding.ts';
import type { AuthorityAnswer, CardAuthority } from '../../assurance/card-authority.ts';
import { proveByChip } from '../../assurance/chip.ts';
import { standingUnderWay } from '../support/level.ts';
import { openPending } from '../../assurance/pending.ts';
import { findOpenTransaction, openTransaction } from '../../assurance/transaction.ts';
import { readChipFiles } from '../../cards/chip/files.ts';
import type { ChipFiles } from '../../cards/chip/files.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import type { Card } from '../../sandbox/cards/card.ts';
import { cardOf, filesOf, flipped, trust } from '../cards/chip-cards.ts';
import { NOW, ORIGIN, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

// Chip data is tested in cards/, the authority in contracts/; here what the step makes of both.

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

function authoritySaying(status: AuthorityAnswer['status'], asked = { count: 0 }): CardAuthority {
  return {
    check: async () => {
      asked.count += 1;
      return { status, checkId: `check-${asked.count}`, time: NOW, organisation: 'RAR', holderChecked: true };
    },
  };
}

let count = 0;
const holderOf = (personalNumber: string) => ({
  personalNumber,
  name: 'Nguyễn Thị Minh An',
  birthdate: '19900615',
});
const nextNumber = () => `9991900${String((count += 1)).padStart(5, '0')}`;

async function begun(more: { accountId?: string } = {}) {
  const accountId = more.accountId ?? (await house.citizen());
  const interactionUid = `chip-${(count += 1)}`;
  await openTransaction(house.db, { interactionUid, clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  const read = async () => {
    const tx = await findOpenTransaction(house.db, interactionUid);
    if (tx === undefined) throw new Error('no transaction');
    return tx;
  };
  const prove = async (
    files: ChipFiles | undefined,
    how: { authority?: CardAuthority; db?: Database; cards?: typeof trust } = {},
  ) => {
    const { authority = authoritySaying('valid'), db = house.db, cards = trust } = how;
    const tools = { db, vault: house.vault, origin: ORIGIN, cards, cardAuthority: authority };
    return proveByChip(tools, { tx: await read(), accountId, sessionUid: undefined }, files, NOW);
  }; // prettier-ignore
  return { accountId, read, prove };
}
const eventsOf = async (accountId: string) =>
  (
    await house.db.rows<{ outcome: string; body: Buffer }>(sql`
      select outcome, body from access_event e join audit_stream s using (stream_id)
      where s.account_id = ${accountId} and kind = 'stepup.chip' order by e.n`)
  ).map(({ outcome, body }) => `${outcome} ${body.toString()}`);
const factsOf = async (accountId: string) =>
  (await house.db.rows<{ step: string }>(sql`select step from step_fact where account_id = ${accountId} and step <> 'zalo'`)).map(({ step }) => step); // prettier-ignore
const refused = (reason: string) => ({ outcome: 'refused', reason });

test('a genuine card in force says who the person is; a phone that answers is still to come', async (t) => {
  const visit = await begun();
  const number = nextNumber();
  const files = filesOf(cardOf({}, undefined, holderOf(number)));
  t.deepEqual<unknown, unknown>(await visit.prove(files), { outcome: 'proven' });
  const tx = await visit.read();
  t.is(tx.state, 'phone');
  t.like(openPending(house.vault, tx).identity, {
    source: 'chip_c06',
    personalNumber: number,
    name: 'Nguyễn Thị Minh An',
    birthdate: '1990-06-15',
    checkId: 'check-1',
    organisation: 'RAR',
    evidenceEnds: '2035-06-15',
  });
  t.deepEqual(await factsOf(visit.accountId), ['chip']);
  t.is((await standingUnderWay(house.db, { sessionUid: undefined, transactionId: tx.id, accountId: visit.accountId }, NOW)).level, 0); // prettier-ignore
  const [event = ''] = await eventsOf(visit.accountId);
  for (const word of ['"check":"check-1"', 'passed_unbound', 'checked_by:RAR', '"status":"valid"']) t.true(event.includes(word), word); // prettier-ignore
});

test('nothing of the files is kept: not the number, the face, another field, the list', async (t) => {
  const visit = await begun();
  const number = nextNumber();
  const card = cardOf({}, undefined, holderOf(number));
  await visit.prove(filesOf(card));
  const rows = await house.db.rows<{ row: string }>(sql`
    select t::text as row from authn_tx t where account_id = ${visit.accountId}
    union all select f::text from step_fact f where account_id = ${visit.accountId}
    union all select c::text from chip_challenge c
    union all select encode(e.body, 'escape') from access_event e`);
  const text = rows.map(({ row }) => row).join('\n');
  for (const hidden of [
    number,
    'DÂN TỘC',
    'Nguyễn Thị',
    card.sod.toString('hex').slice(100, 140),
    card.groups.dg2.toString('hex').slice(40, 80),
  ])
    // prettier-ignore
    t.false(text.includes(hidden), hidden);
});

const altered = (card: Card, change: (files: ChipFiles) => ChipFiles) => change(filesOf(card));
const cases: readonly [what: string, reason: string, files: () => ChipFiles | undefined][] = [
  ['bytes that are no card', 'unreadable', () => undefined],
  ['no list', 'unreadable', () => altered(cardOf(), ({ sod: _, ...rest }) => rest)],
  ['a broken list', 'unreadable', () => altered(cardOf(), (files) => ({ ...files, sod: Buffer.from('7703300100', 'hex') }))],
  ['a chip that can answer and was not asked', 'unreadable', () => altered(cardOf(), ({ aAResult: _, ...rest }) => rest)],
  ['a chip whose key was left out', 'unreadable', () => altered(cardOf(), ({ dg15: _, ...rest }) => rest)],
  ['an answer of another chip', 'not_authentic', () => altered(cardOf(), (files) => ({ ...files, ...pick(filesOf(cardOf())) }))],
  ['a changed group', 'not_authentic', () => altered(cardOf(), (files) => ({ ...files, dg1: flipped(files.dg1 ?? Buffer.alloc(0), 40) }))],
  ['a card that ran out', 'expired', () => filesOf(cardOf({}, undefined, { ...holderOf('999190000011'), expires: '2026-11-21' }))],
]; // prettier-ignore
const pick = ({ challenge, aAResult }: ChipFiles): ChipFiles =>
  challenge === undefined || aAResult === undefined ? {} : { challenge, aAResult };
for (const [what, reason, files] of cases) {
  test(`${what}: refused as ${reason}, on record, and the authority is not asked`, async (t) => {
    const asked = { count: 0 };
    const visit = await begun();
    t.deepEqual<unknown, unknown>(await visit.prove(files(), { authority: authoritySaying('valid', asked) }), refused(reason)); // prettier-ignore
    t.is(asked.count, 0);
    t.deepEqual(await factsOf(visit.accountId), []);
    t.regex((await eventsOf(visit.accountId)).join(), new RegExp(`^refused .*"reason":"${reason}"`));
  });
}

test('a card without a chip key needs the authority alone', async (t) => {
  const visit = await begun();
  const files = filesOf(cardOf({ chip: 'none' }, undefined, holderOf(nextNumber())));
  t.is((await visit.prove(files)).outcome, 'proven');
});

test('without a trust anchor no card is good, and nobody is blamed', async (t) => {
  const visit = await begun();
  t.deepEqual(await visit.prove(filesOf(cardOf()), { cards: { anchors: [] } }), { outcome: 'unavailable' });
  t.deepEqual(await factsOf(visit.accountId), []);
});

test('passive authentication alone is never enough: the authority must say that the card is in force', async (t) => {
  const visit = await begun();
  const files = filesOf(cardOf({}, undefined, holderOf(nextNumber())));
  t.deepEqual<unknown, unknown>(await visit.prove(files, { authority: authoritySaying('invalid') }), refused('revoked')); // prettier-ignore
  for (const status of ['unavailable', 'refused'] as const)
    t.deepEqual(await visit.prove(files, { authority: authoritySaying(status) }), { outcome: 'unavailable' });
  t.deepEqual(await factsOf(visit.accountId), []);
  // Nothing was used up: the same reading counts once the authority is back.
  t.deepEqual<unknown, unknown>(await visit.prove(files), { outcome: 'proven' });
});

test('a reading sent before is refused, also from another account', async (t) => {
  const files = filesOf(cardOf({}, undefined, holderOf(nextNumber())));
  const [first, second] = [await begun(), await begun()];
  t.is((await first.prove(files)).outcome, 'proven');
  t.deepEqual<unknown, unknown>(await second.prove(files), refused('not_authentic'));
  t.regex((await eventsOf(second.accountId)).join(), /challenge_replayed/);
});

test('of ten accounts that send one reading at once over two brokers, one is served', async (t) => {
  const files = filesOf(cardOf({}, undefined, holderOf(nextNumber())));
  const visits = await times(10, () => begun());
  const answers = await Promise.all(visits.map((visit, i) => visit.prove(files, { db: i % 2 === 0 ? house.db : house.second }))); // prettier-ignore
  t.is(answers.filter(({ outcome }) => outcome === 'proven').length, 1);
  t.is(answers.filter((one) => one.outcome === 'refused' && one.reason === 'not_authentic').length, 9);
  const facts = await Promise.all(visits.map(({ accountId }) => factsOf(accountId)));
  t.is(facts.flat().length, 1);
});

test('another person than the one bound is refused', async (t) => {
  const visit = await begun();
  const identity = { source: 'vneid', issuer: 'https://vneid.example', upstreamSub: 's', personalNumber: nextNumber(), name: 'An', birthdate: '1990-06-15', checkId: 'c', organisation: 'VNeID' } as const; // prettier-ignore
  await bindIdentity(
    { ...house, origin: ORIGIN },
    { accountId: visit.accountId, clientId: 'portal', identity },
    NOW,
  );
  const files = filesOf(cardOf({}, undefined, holderOf(nextNumber())));
  t.deepEqual<unknown, unknown>(await visit.prove(files), refused('other_person'));
  t.deepEqual(await factsOf(visit.accountId), []);
});

test('an account sends chip data ten times a day, however many at once', async (t) => {
  const visit = await begun();
  const broken = () => visit.prove(undefined);
  const answers = await times(14, broken);
  const reasons = answers.map((one) => (one.outcome === 'refused' ? one.reason : one.outcome));
  t.is(reasons.filter((reason) => reason === 'unreadable').length, 10);
  t.is(reasons.filter((reason) => reason === 'too_often').length, 4);
  const good = filesOf(cardOf({}, undefined, holderOf(nextNumber())));
  t.deepEqual<unknown, unknown>(await visit.prove(good), refused('too_often'));
});

test('an outage of the authority costs no attempt', async (t) => {
  const visit = await begun();
  const files = filesOf(cardOf({}, undefined, holderOf(nextNumber())));
  for (let i = 0; i < 12; i += 1) t.is((await visit.prove(files, { authority: authoritySaying('unavailable') })).outcome, 'unavailable'); // prettier-ignore
  t.is((await visit.prove(files)).outcome, 'proven');
});

test('a reader that writes hexadecimal is read as well', async (t) => {
  const visit = await begun();
  const read = readChipFiles(cardOf({}, undefined, holderOf(nextNumber())).read('hex'));
  t.is((await visit.prove(read.outcome === 'read' ? read.files : undefined)).outcome, 'proven');
});
