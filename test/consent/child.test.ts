import test from 'ava';
import { noticeBytes, recordAnswer } from '../../consent/give.ts';
import { answerRequest, askGuardian, findEndedIn, findOpenRequest, openRequestsFor } from '../../consent/guardian-request.ts'; // prettier-ignore
import { endGuardianship } from '../../consent/guardianship.ts';
import { findConsentPage, findHistory } from '../../consent/my-consents.ts';
import { standingConsent } from '../../consent/standing.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { after, times } from '../support/domain.ts';
import { bind, inventNumber, relative, represent, session } from './family.ts';
import type { Relative } from './family.ts';
import { HOSO, checkedReceipts, openLedger, stateOf, statesOf } from './ledger.ts';
import type { Choice, Ledger } from './ledger.ts';

let ledger: Ledger;
test.before(async () => {
  ledger = await openLedger();
});
test.after.always(() => ledger.close());

const FILING = 'hoso.xu-ly';
const NOTICES = 'hoso.bao-tin';
const BOTH = { [FILING]: 'given', [NOTICES]: 'given' } as const;
const SCOPES = ['svc:hoso:nop'];

type Family = { readonly child: Relative; readonly mother: Relative; readonly guardianshipId: string };
async function family(born = '2012-07-20'): Promise<Family> {
  const [child, mother] = [await relative(ledger, born), await relative(ledger, '1985-03-01')];
  const recorded = await represent(ledger, mother, child);
  if (recorded.outcome !== 'recorded') throw new Error(recorded.reason);
  return { child, mother, guardianshipId: recorded.guardianshipId };
}
const where = (child: Relative) => ({ childAccountId: child.accountId, clientId: 'portal', serviceId: HOSO });
const ask = (child: Relative, choices: Readonly<Record<string, Choice>> = BOTH, now = after(1)) =>
  askGuardian(ledger.house(), { ...where(child), scopes: SCOPES, asked: [FILING, NOTICES], choices, visit: 'v', evidence: { visit: 'v' } }, now); // prettier-ignore
async function asked(
  child: Relative,
  choices?: Readonly<Record<string, Choice>>,
  now?: Date,
): Promise<string> {
  const sent = await ask(child, choices, now);
  if (sent.outcome !== 'sent') throw new Error(sent.outcome);
  return sent.requestId;
}
type Reply = { requestId: string; who: Relative; sessionUid: string; choices?: Readonly<Record<string, Choice>>; db?: Database }; // prettier-ignore
const reply = ({ requestId, who, sessionUid, choices = BOTH, db }: Reply, now = after(2)) =>
  answerRequest(
    ledger.house(db),
    {
      requestId,
      guardianAccountId: who.accountId,
      sessionUid,
      choices,
      notice: { bytes: noticeBytes(ledger.hoso, SCOPES, 'vi'), language: 'vi' },
      acr: 'acr/2',
      evidence: { visit: 'g' },
    },
    now,
  );
const given = async (child: Relative, now = after(3)) =>
  (await standingConsent(ledger, { ...where(child), accountId: child.accountId, service: ledger.hoso }, now))?.purposes ?? []; // prettier-ignore
const isRefused = (kind: string, reason?: string) => ({ kind, ...(reason === undefined ? {} : { reason }) });

test('a child agrees to nothing alone, and a page with one yes among the noes keeps nothing', async (t) => {
  const { child } = await family();
  for (const choices of [BOTH, { [FILING]: 'given' }, { [FILING]: 'refused', [NOTICES]: 'given' }] as const) {
    const answer = ledger.give({ accountId: child.accountId, choices });
    t.like(await t.throwsAsync(answer, { instanceOf: Refusal }), isRefused('forbidden', 'guardian'));
  }
  t.deepEqual(await statesOf(ledger.db, child.accountId), []);
});

test("a child's no needs nobody, and is not asked again", async (t) => {
  const { child } = await family();
  t.deepEqual(await ask(child, {}), { outcome: 'declined' });
  await ledger.give({ accountId: child.accountId, choices: {} });
  const standing = await standingConsent(ledger, { ...where(child), accountId: child.accountId, service: ledger.hoso }, after(2)); // prettier-ignore
  t.deepEqual(standing?.decisions.map(({ state }) => state), ['refused', 'refused']);
}); // prettier-ignore

test('nobody gives for a child by saying so: not without a representation, not for somebody else’s child, not for a grown-up', async (t) => {
  const [one, other] = [await family(), await family()];
  const [adult, small] = [await relative(ledger, '1990-01-01'), await family('2020-05-05')];
  const by = (role: 'both' | 'legal_representative', from: Family) => ({ role, guardianshipId: from.guardianshipId, representativeId: from.mother.accountId });
  const attempts = [
    [one.child, by('both', other)],
    [one.child, { ...by('both', one), representativeId: other.mother.accountId }],
    [one.child, by('legal_representative', one)], // from 7 the child's own word is missing
    [small.child, by('both', small)], // below 7 there is none
    [adult, by('both', one)],
  ] as const;
  for (const [who, claim] of attempts) {
    const answer = recordAnswer(ledger.house(), { accountId: who.accountId, clientId: 'portal', serviceId: HOSO, scopes: SCOPES, asked: [FILING], choices: { [FILING]: 'given' }, notice: { bytes: Buffer.from('x'), language: 'vi' }, acr: '', evidence: {}, by: claim }, after(1));
    t.like(await t.throwsAsync(answer, { instanceOf: Refusal }), isRefused('forbidden', 'guardian'));
    t.deepEqual(await statesOf(ledger.db, who.accountId), []);
  }
}); // prettier-ignore

test('only what child and representative both agree to is given, and the receipts say so', async (t) => {
  const { child, mother, guardianshipId } = await family();
  const requestId = await asked(child, { [FILING]: 'given', [NOTICES]: 'refused' });
  const sessionUid = await session(ledger.db, mother.accountId, 2);
  t.deepEqual(await reply({ requestId, who: mother, sessionUid }), { outcome: 'answered', given: 1 });
  t.deepEqual(await given(child), [FILING]);
  const receipts = await checkedReceipts(ledger, child.accountId);
  for (const [purpose, state] of [[FILING, 'given'], [NOTICES, 'refused']] as const)
    t.like(receipts.get(purpose)?.[0]?.payload, {
      given_by: { role: 'both', relationship_evidence_id: guardianshipId },
      event: { event_state: state, entity_id: 'representative', valid_until: '2028-07-19T17:00:00.000Z' },
    });
  t.false(JSON.stringify([...receipts.values()]).includes(mother.accountId), 'no account in a receipt');
  t.true((await findHistory(ledger.db, ledger.catalogue, child.accountId, 'vi')).every((one) => one.byRepresentative));
}); // prettier-ignore

test('below 7 the representative answers alone, whatever the browser of the child sent', async (t) => {
  const { child, mother } = await family('2020-05-05');
  const requestId = await asked(child, { [FILING]: 'refused', [NOTICES]: 'refused' });
  const sessionUid = await session(ledger.db, mother.accountId, 2);
  await reply({ requestId, who: mother, sessionUid, choices: { [FILING]: 'given' } });
  t.deepEqual(await given(child), [FILING]);
  const receipts = await checkedReceipts(ledger, child.accountId);
  t.like(receipts.get(FILING)?.[0]?.payload, { given_by: { role: 'legal_representative' } });
});

test('a representative who says nothing refuses', async (t) => {
  const { child, mother } = await family();
  const requestId = await asked(child);
  const sessionUid = await session(ledger.db, mother.accountId, 2);
  t.deepEqual(await reply({ requestId, who: mother, sessionUid, choices: {} }), {
    outcome: 'answered',
    given: 0,
  });
  t.deepEqual(await given(child), []);
  const at = (visit: string, begunAt: Date) => findEndedIn(ledger, where(child), { visit, begunAt });
  t.is(await at('v', after(2)), 'answered');
  t.is(await at('other', after(2)), undefined, 'within the second in which another sign-in began');
  t.is(await at('other', after(1)), 'answered', 'while another sign-in was under way');
  t.is(await at('v', after(3)), undefined);
});

test('a stranger, another parent and the child find no such question', async (t) => {
  const { child } = await family();
  const other = await family();
  const stranger = await relative(ledger, '1980-01-01');
  const requestId = await asked(child);
  for (const who of [stranger, other.mother, child]) {
    const sessionUid = await session(ledger.db, who.accountId, 2);
    t.like(
      await t.throwsAsync(reply({ requestId, who, sessionUid }), { instanceOf: Refusal }),
      isRefused('missing'),
    );
    t.deepEqual(await openRequestsFor(ledger, who.accountId, after(2)), []);
  }
  t.deepEqual(await given(child), []);
});

test('a representative answers at level 2 of the last 15 minutes, in the session that proved it', async (t) => {
  const { child, mother } = await family();
  const requestId = await asked(child);
  const [one, old, fresh] = [await session(ledger.db, mother.accountId, 1), await session(ledger.db, mother.accountId, 2, after(-900)), await session(ledger.db, mother.accountId, 2)];
  const others = await session(ledger.db, child.accountId, 2);
  for (const sessionUid of [one, old, others, 'nobody']) t.deepEqual(await reply({ requestId, who: mother, sessionUid }), { outcome: 'level' });
  t.deepEqual(await given(child), []);
  t.is((await reply({ requestId, who: mother, sessionUid: fresh })).outcome, 'answered');
}); // prettier-ignore

test('an ended representation answers nothing, and its questions are gone from the page', async (t) => {
  const { child, mother, guardianshipId } = await family();
  const requestId = await asked(child);
  const sessionUid = await session(ledger.db, mother.accountId, 2);
  await endGuardianship(ledger.house(), { guardianshipId, staffId: undefined, reason: 'court' }, after(1));
  t.like(await t.throwsAsync(reply({ requestId, who: mother, sessionUid }), { instanceOf: Refusal }), isRefused('missing')); // prettier-ignore
  t.deepEqual(await openRequestsFor(ledger, mother.accountId, after(2)), []);
  t.deepEqual(await ask(child), { outcome: 'no_guardian' });
});

test('of ten answers at two brokers one counts', async (t) => {
  const { child, mother } = await family();
  const father = await relative(ledger, '1983-03-01');
  await represent(ledger, father, child);
  const requestId = await asked(child);
  const sessions = [await session(ledger.db, mother.accountId, 2), await session(ledger.db, father.accountId, 2)];
  const outcomes = await times(10, (i) => {
    const who = i % 2 === 0 ? mother : father;
    const choices = i % 3 === 0 ? {} : BOTH;
    return reply({ requestId, who, sessionUid: sessions[i % 2] ?? '', choices, db: i % 4 < 2 ? ledger.db : ledger.second }); // prettier-ignore
  });
  t.is(outcomes.filter(({ outcome }) => outcome === 'answered').length, 1);
  t.is(outcomes.filter(({ outcome }) => outcome === 'ended').length, 9);
  t.deepEqual((await statesOf(ledger.db, child.accountId)).map(({ version }) => version), [1, 1]);
}); // prettier-ignore

test('ending a representation and answering at the same moment: what was given was given in its time', async (t) => {
  for (let round = 0; round < 6; round += 1) {
    const { child, mother, guardianshipId } = await family();
    const requestId = await asked(child);
    const sessionUid = await session(ledger.db, mother.accountId, 2);
    const [answer, ended] = await Promise.all([
      reply({ requestId, who: mother, sessionUid }).catch((error: unknown) => error),
      endGuardianship({ ...ledger.house(), db: ledger.second }, { guardianshipId, staffId: undefined, reason: 'court' }, after(2)),
    ]);
    t.true(ended);
    if (answer instanceof Refusal) t.deepEqual(await given(child), []);
    else t.deepEqual(answer, { outcome: 'answered', given: 2 });
  }
}); // prettier-ignore

test('a question waits a day, and a newer one takes its place', async (t) => {
  const { child, mother } = await family();
  const first = await asked(child);
  const second = await asked(child, BOTH, after(5));
  const sessionUid = await session(ledger.db, mother.accountId, 2);
  t.deepEqual(await reply({ requestId: first, who: mother, sessionUid }, after(6)), { outcome: 'ended' });
  t.is((await findOpenRequest(ledger, where(child), after(86_404)))?.id, second);
  t.is(await findOpenRequest(ledger, where(child), after(86_405)), undefined);
  const late = await session(ledger.db, mother.accountId, 2, after(86_400));
  t.deepEqual(await reply({ requestId: second, who: mother, sessionUid: late }, after(86_405)), { outcome: 'ended' }); // prettier-ignore
});

test('at midnight of the 16th birthday the question is void and the young person answers alone', async (t) => {
  // 16 on 23 November 2026 in Việt Nam: 9 hours after the tests' clock.
  const { child, mother } = await family('2010-11-23');
  const birthday = new Date('2026-11-22T17:00:00.000Z');
  const before = new Date(birthday.getTime() - 1);
  const requestId = await asked(child);
  const sessionUid = await session(ledger.db, mother.accountId, 2, after(0, before));
  await t.throwsAsync(ledger.give({ accountId: child.accountId, choices: BOTH }, before), { message: /another has to answer/ }); // prettier-ignore
  t.deepEqual(await reply({ requestId, who: mother, sessionUid }, birthday), { outcome: 'void' });
  t.deepEqual(await ask(child, BOTH, birthday), { outcome: 'not_a_child' });
  await ledger.give({ accountId: child.accountId, choices: BOTH }, birthday);
  t.deepEqual((await given(child, birthday)).length, 2);
});

test('what a representative decided lapses at 16, and is asked anew', async (t) => {
  const { child, mother } = await family('2010-11-23');
  const birthday = new Date('2026-11-22T17:00:00.000Z');
  const requestId = await asked(child);
  await reply({ requestId, who: mother, sessionUid: await session(ledger.db, mother.accountId, 2) });
  t.is((await given(child, new Date(birthday.getTime() - 1))).length, 2);
  t.deepEqual(await given(child, birthday), []);
  const page = { accountId: child.accountId, lang: 'vi' } as const;
  const [service] = await findConsentPage(ledger, page, birthday);
  t.deepEqual(service?.consents.map(({ state, live }) => [state, live]), [['expired', false], ['expired', false]]);
  await ledger.give({ accountId: child.accountId, choices: { [FILING]: 'given' } }, birthday);
  t.deepEqual(await given(child, birthday), [FILING]);
  t.like(await stateOf(ledger.db, child.accountId, FILING), { state: 'renewed', version: 2 });
  t.like(await stateOf(ledger.db, child.accountId, NOTICES), { state: 'withdrawn', version: 2 });
  const receipts = await checkedReceipts(ledger, child.accountId);
  t.like(receipts.get(FILING)?.at(-1)?.payload, { given_by: { role: 'self' }, event: { entity_id: 'self' } });
}); // prettier-ignore

test('what a child agreed to before we knew the age does not stand', async (t) => {
  const accountId = await ledger.citizen();
  const child = { accountId, birthdate: '2012-07-20', personalNumber: inventNumber('2012-07-20') };
  await ledger.give({ accountId, choices: BOTH });
  t.is((await given(child)).length, 2);
  await bind(ledger, child, after(2));
  t.deepEqual(await given(child), []);
  t.deepEqual(await ledger.db.transaction(() => given(child)), []);
});

test('either may withdraw for the child; a representative of another child may not', async (t) => {
  const { child, mother, guardianshipId } = await family();
  const other = await family();
  const sessionUid = await session(ledger.db, mother.accountId, 2);
  await reply({ requestId: await asked(child), who: mother, sessionUid });
  const filing = await stateOf(ledger.db, child.accountId, FILING);
  const notices = await stateOf(ledger.db, child.accountId, NOTICES);
  const what = { accountId: child.accountId, recordId: filing.id, expectedVersion: 1 };
  const by = (from: Family) => ({ role: 'legal_representative', guardianshipId: from.guardianshipId, representativeId: from.mother.accountId }) as const; // prettier-ignore
  for (const claim of [by(other), { ...by(other), guardianshipId }])
    t.like(await t.throwsAsync(ledger.withdraw({ ...what, by: claim }), { instanceOf: Refusal }), isRefused('missing')); // prettier-ignore
  t.like(await ledger.withdraw({ ...what, by: by({ child, mother, guardianshipId }) }), {
    outcome: 'withdrawn',
  });
  t.like(await ledger.withdraw({ accountId: child.accountId, recordId: notices.id, expectedVersion: 1 }), { outcome: 'withdrawn' }); // prettier-ignore
  const receipts = await checkedReceipts(ledger, child.accountId);
  t.like(receipts.get(FILING)?.at(-1)?.payload, { given_by: { role: 'legal_representative' } });
  t.like(receipts.get(NOTICES)?.at(-1)?.payload, { given_by: { role: 'self' } });
});

test('a question holds nothing readable in the database', async (t) => {
  const { child } = await family();
  const requestId = await asked(child);
  const row = await ledger.db.row<{ text: string }>(sql`select guardian_request::text as text from guardian_request where id = ${requestId}`); // prettier-ignore
  t.notRegex(row?.text ?? '', /hoso\.xu-ly|given/);
});
