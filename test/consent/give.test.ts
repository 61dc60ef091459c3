import test from 'ava';
import { createHash } from 'node:crypto';
import { noticeBytes, recordAnswer } from '../../consent/give.ts';
import { findConsentPage, findHistory, findReceipt } from '../../consent/my-consents.ts';
import { standingConsent } from '../../consent/standing.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { after, times } from '../support/domain.ts';
import { HOSO, checkedReceipts, handlesOf, marksOf, openLedger, stateOf, statesOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';

let ledger: Ledger;
test.before(async () => {
  ledger = await openLedger();
});
test.after.always(() => ledger.close());

const brief = async (accountId: string) =>
  (await statesOf(ledger.db, accountId)).map(
    ({ purpose, state, version }) => `${purpose} ${state} ${version}`,
  );
const standing = (accountId: string, clientId = 'portal') =>
  standingConsent(ledger, { accountId, clientId, service: ledger.hoso }, after(1));

test('two purposes are two rows, and a refused one does not stop the other', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'refused' } });
  t.deepEqual(await brief(accountId), ['hoso.bao-tin refused 1', 'hoso.xu-ly given 1']);
  t.deepEqual((await standing(accountId))?.purposes, ['hoso.xu-ly']);
});

test('silence is a refusal', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: {} });
  t.deepEqual(await brief(accountId), ['hoso.bao-tin refused 1', 'hoso.xu-ly refused 1']);
  t.deepEqual((await standing(accountId))?.purposes, []);
});

test('only what was asked on the page is recorded', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, asked: ['hoso.bao-tin', 'no.such', 'phananh.bao-ket-qua'], choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'given', 'phananh.bao-ket-qua': 'given' } }); // prettier-ignore
  t.deepEqual(await brief(accountId), ['hoso.bao-tin given 1']);
});

test('a click never makes a consent of what rests on law', async (t) => {
  const accountId = await ledger.citizen();
  const answer = recordAnswer(
    ledger.house(),
    { accountId, clientId: 'portal', serviceId: HOSO, scopes: ['svc:hoso:xem'], asked: ['hoso.bao-tin', 'hoso.tra-cuu'], choices: { 'hoso.tra-cuu': 'given', 'hoso.bao-tin': 'given' }, notice: { bytes: Buffer.from('x'), language: 'vi' }, acr: '', evidence: {} },
    after(1),
  ); // prettier-ignore
  t.like(await t.throwsAsync(answer, { instanceOf: Refusal }), { kind: 'forbidden' });
  t.deepEqual(await brief(accountId), [], 'nothing of the page is kept');
});

test('an unknown service is missing', async (t) => {
  const accountId = await ledger.citizen();
  const answer = recordAnswer(ledger.house(), { accountId, clientId: 'portal', serviceId: 'https://nobody.example', scopes: [], asked: [], choices: {}, notice: { bytes: Buffer.from('x'), language: 'vi' }, acr: '', evidence: {} }, after(1)); // prettier-ignore
  t.like(await t.throwsAsync(answer, { instanceOf: Refusal }), { kind: 'missing' });
});

test('giving, refusing and withdrawing each leave a receipt that verifies and a chain that opens', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'refused' } }, after(1));
  const { id, version } = await stateOf(ledger.db, accountId, 'hoso.xu-ly');
  await ledger.withdraw({ accountId, recordId: id, expectedVersion: version }, after(2));
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'given' } }, after(3));
  const receipts = await checkedReceipts(ledger, accountId);
  const states = (purpose: string) => receipts.get(purpose)?.map(({ payload }) => payload.event.event_state);
  t.deepEqual(states('hoso.xu-ly'), ['given', 'withdrawn', 'renewed']);
  t.deepEqual(states('hoso.bao-tin'), ['refused', 'renewed']);
  const [first] = receipts.get('hoso.xu-ly') ?? [];
  t.deepEqual(first?.header, { alg: 'ES256', typ: 'consent-receipt+jwt', kid: ledger.receiptKey.kid });
  t.like(first?.payload, { aud: HOSO, record_id: id, record_version: 1 });
  t.is(first?.payload.purposes[0].text, ledger.catalogue.purposeById.get('hoso.xu-ly')?.text.vi);
});

test('receipts and entries hold no name, number, phone, address or account', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given' } });
  const receipts = await checkedReceipts(ledger, accountId);
  for (const { payload, entry } of [...receipts.values()].flat()) {
    const text = JSON.stringify(payload) + entry;
    for (const secret of [accountId, 'Bảy Lành', '"ip"', 'hash']) t.false(text.includes(secret), secret);
    // Not after a hyphen: the last group of a UUID may be twelve digits.
    t.notRegex(text, /(?<![\da-f-])\d{12}(?!\d)|\+84\d/);
    t.false(entry.includes(payload.sub));
  }
});

test('the receipt names the page by hash, and the page is kept byte for byte', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: {} });
  const receipts = await checkedReceipts(ledger, accountId);
  const sha256 = receipts.get('hoso.xu-ly')?.[0]?.payload.notice.sha256 ?? '';
  const bytes = noticeBytes(ledger.hoso, ['svc:hoso:nop'], 'vi');
  t.is(sha256, createHash('sha256').update(bytes).digest('hex'));
  const row = await ledger.db.row<{ bytes: Buffer }>(
    sql`select bytes from notice where sha256 = ${Buffer.from(sha256, 'hex')}`,
  );
  t.deepEqual(row?.bytes, bytes);
  t.notDeepEqual(noticeBytes(ledger.hoso, ['svc:hoso:nop'], 'en'), bytes);
});

test('the same answer again changes nothing', async (t) => {
  const accountId = await ledger.citizen();
  const choices = { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'refused' } as const;
  await ledger.give({ accountId, choices });
  const [before] = await handlesOf(ledger.db, accountId);
  await ledger.give({ accountId, choices }, after(100));
  t.deepEqual(await brief(accountId), ['hoso.bao-tin refused 1', 'hoso.xu-ly given 1']);
  t.deepEqual((await handlesOf(ledger.db, accountId))[0], before);
});

test('"no" to what was agreed before is a withdrawal: tokens die', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'given' } });
  const [before] = await handlesOf(ledger.db, accountId);
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given' } }, after(50));
  t.deepEqual(await brief(accountId), ['hoso.bao-tin withdrawn 2', 'hoso.xu-ly given 1']);
  const [handle] = await handlesOf(ledger.db, accountId);
  t.true((handle?.version ?? 0) > (before?.version ?? 0));
  t.deepEqual(await marksOf(ledger.db, handle?.consent_id ?? ''), [{ min_version: handle?.version ?? 0, client_id: 'portal' }]); // prettier-ignore
});

test('more given later raises the handle and kills no token', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given' } });
  const [before] = await handlesOf(ledger.db, accountId);
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'given' } }, after(50));
  const [handle] = await handlesOf(ledger.db, accountId);
  t.true((handle?.version ?? 0) > (before?.version ?? 0));
  t.deepEqual(await marksOf(ledger.db, handle?.consent_id ?? ''), []);
});

test('each client has its own handle over the same choices', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, clientId: 'portal', choices: { 'hoso.xu-ly': 'given' } });
  t.is(await standing(accountId, 'miniapp'), undefined);
  await ledger.give({ accountId, clientId: 'miniapp', choices: { 'hoso.xu-ly': 'given' } });
  const [one, two] = await handlesOf(ledger.db, accountId);
  t.not(one?.consent_id, two?.consent_id);
  t.deepEqual((await standing(accountId, 'miniapp'))?.purposes, ['hoso.xu-ly']);
});

test('twenty first answers at once leave one row and one chain a purpose', async (t) => {
  const accountId = await ledger.citizen();
  const second = ledger.house(ledger.second);
  const settled = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) =>
      ledger.give({ accountId, clientId: `c${i % 3}`, choices: { 'hoso.xu-ly': i % 2 === 0 ? 'given' : 'refused', 'hoso.bao-tin': 'given' } }, after(i), i % 2 === 0 ? ledger.house() : second),
    ),
  ); // prettier-ignore
  for (const one of settled) if (one.status === 'rejected') t.fail(String(one.reason));
  t.is((await statesOf(ledger.db, accountId)).length, 2);
  await t.notThrowsAsync(checkedReceipts(ledger, accountId));
  t.is((await handlesOf(ledger.db, accountId)).length, 3);
  const subjects = await ledger.db.rows(sql`select subject_id from subject where account_id = ${accountId}`);
  t.is(subjects.length, 1);
});

test('giving and withdrawing at once end in a chain that fits, whoever came last', async (t) => {
  const accountId = await ledger.citizen();
  await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given' } });
  const { id } = await stateOf(ledger.db, accountId, 'hoso.xu-ly');
  const second = ledger.house(ledger.second);
  const outcomes = await times(24, async (i) => {
    if (i % 2 === 0)
      return ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given' } }, after(10 + i), second);
    const { version } = await stateOf(ledger.db, accountId, 'hoso.xu-ly');
    return (await ledger.withdraw({ accountId, recordId: id, expectedVersion: version }, after(10 + i)))
      .outcome;
  });
  t.true(outcomes.includes('withdrawn'));
  await t.notThrowsAsync(checkedReceipts(ledger, accountId));
  const last = await stateOf(ledger.db, accountId, 'hoso.xu-ly');
  const [handle] = await handlesOf(ledger.db, accountId);
  const marks = await marksOf(ledger.db, handle?.consent_id ?? '');
  t.is(marks.length, outcomes.filter((one) => one === 'withdrawn').length);
  t.is(last.state === 'withdrawn', marks.at(-1)?.min_version === handle?.version);
});

test('an answer cut off between its statements leaves nothing', async (t) => {
  const accountId = await ledger.citizen();
  await t.throwsAsync(
    ledger.db.transaction(async () => {
      await ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given' } });
      throw new Error('killed');
    }),
    { message: 'killed' },
  );
  t.deepEqual(await brief(accountId), []);
  t.deepEqual(await handlesOf(ledger.db, accountId), []);
  t.deepEqual(await ledger.db.rows(sql`select subject_id from subject where account_id = ${accountId}`), []);

  const broken = { ...ledger.house(), receiptKey: (): never => { throw new Error('no key'); } }; // prettier-ignore
  await t.throwsAsync(ledger.give({ accountId, choices: { 'hoso.xu-ly': 'given' } }, after(1), broken));
  t.deepEqual(await brief(accountId), []);
});

test('a person sees their own consents, history and receipts, and nobody else does', async (t) => {
  const [an, hien] = [await ledger.citizen(), await ledger.citizen()];
  await ledger.give({ accountId: an, choices: { 'hoso.xu-ly': 'given', 'hoso.bao-tin': 'refused' } });
  const [service] = await findConsentPage(ledger, { accountId: an, lang: 'vi' }, after(2));
  t.is(service?.serviceTitle, 'Nộp hồ sơ trực tuyến');
  t.deepEqual(service?.consents.map(({ state, live }) => [state, live]), [['refused', false], ['given', true]]);
  t.deepEqual(service?.consents[1]?.stops, ['Nộp hồ sơ']);
  t.is((await findHistory(ledger.db, ledger.catalogue, an, 'vi')).length, 2);

  const eventId = service?.consents[1]?.eventId ?? '';
  const receipt = await findReceipt(ledger.db, ledger.vault, ledger.catalogue, { accountId: an, eventId, lang: 'vi' });
  t.like(receipt, { state: 'given', serviceTitle: 'Nộp hồ sơ trực tuyến', receiptId: eventId });
  for (const accountId of [hien, '00000000-0000-7000-8000-000000000000']) {
    t.deepEqual(await findConsentPage(ledger, { accountId, lang: 'vi' }, after(2)), []);
    const stolen = findReceipt(ledger.db, ledger.vault, ledger.catalogue, { accountId, eventId, lang: 'vi' });
    t.like(await t.throwsAsync(stolen, { instanceOf: Refusal }), { kind: 'missing' });
  }
}); // prettier-ignore
