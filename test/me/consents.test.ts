import { randomUUID } from 'node:crypto';
import test from 'ava';
import { sql } from '../../database.ts';
import { REPORT, tokenFor, useMiniApp } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf } from '../support/launch.ts';
import { call, openOwn, post } from './account.ts';
import type { Own } from './account.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

type Consent = { record_id: string; version: number; state: string; live: boolean; event_id: string; title: string; stops: string[] }; // prettier-ignore
type Listed = { services: { id: string; title: string; consents: Consent[] }[]; history: { at: string; title: string; detail: string }[] }; // prettier-ignore

const listOf = async (own: Own): Promise<Listed> =>
  (await call(house, own, '/me/consents')).body as unknown as Listed; // the shape asserted below

/** Somebody who agreed to be told the result of a report. */
async function agreed(): Promise<{ own: Own; consent: Consent }> {
  const own = await openOwn(house);
  await tokenFor(house, own, REPORT);
  const [service] = (await listOf(own)).services;
  const [consent] = service?.consents ?? [];
  if (consent === undefined) throw new Error('nothing was agreed to');
  return { own, consent };
}
const withdrawIn = (own: Own, { record_id: id, version }: Consent) => post(house, own, `/me/consents/${id}/withdraw`, { version }); // prettier-ignore

test('a consent is listed with what it is for, and the history says what happened', async (t) => {
  const { own } = await agreed();
  const { services, history } = await listOf(own);
  t.is(services.length, 1);
  t.like(services[0], { id: REPORT.resource, title: 'Phản ánh hiện trường' });
  t.like(services[0]?.consents[0], { title: 'Báo kết quả cho bạn', state: 'given', live: true });
  t.like(history, [{ title: 'Bạn đã đồng ý: Báo kết quả cho bạn', detail: 'Phản ánh hiện trường' }]);
  const en = await call(house, own, '/me/consents', { headers: { 'accept-language': 'en' } });
  t.true(en.text.includes('Tell you the result'));
});

test('withdrawn in one call: it stands no more, the receipt is there, the service is told', async (t) => {
  const { own, consent } = await agreed();
  const said = await withdrawIn(own, consent);
  t.is(said.status, 200, said.text);
  t.like(said.body, {
    recipients: [{ service: 'Phản ánh hiện trường', stopped_at: said.body['stopped_at'] }],
  });
  t.true(Math.abs(Date.parse(String(said.body['stopped_at'])) - Date.now()) < 10_000);
  const { services, history } = await listOf(own);
  t.like(services[0]?.consents[0], { state: 'withdrawn', live: false, event_id: said.body['receipt_event'] });
  t.is(history.length, 2);
  const floors = await house.db.rows(sql`select 1 from watermark where kind = 'consent' and service_id = ${REPORT.resource}`); // prettier-ignore
  t.true(floors.length > 0);
  const receipt = await call(house, own, `/me/receipts/${String(said.body['receipt_event'])}`);
  t.is(receipt.status, 200);
  t.like(claimsIn(String(receipt.body['jwt'])), { event: { event_state: 'withdrawn' } });
  t.true(receipt.text.includes('Báo kết quả cho bạn'));
});

test('withdrawing twice is quiet and says when it was', async (t) => {
  const { own, consent } = await agreed();
  const first = await withdrawIn(own, consent);
  const second = await withdrawIn(own, consent);
  t.is(second.status, 200);
  t.deepEqual(second.body, first.body);
  t.is((await listOf(own)).history.length, 2);
});

test('of eight withdrawals at once one is written and all hear the same', async (t) => {
  const { own, consent } = await agreed();
  const all = await Promise.all(Array.from({ length: 8 }, () => withdrawIn(own, consent)));
  t.is(
    new Set(all.map(({ status, text }) => `${status} ${text}`)).size,
    1,
    all.map(({ status }) => status).join(),
  );
  t.is((await listOf(own)).history.length, 2);
});

test('a page that has grown old is told to look again', async (t) => {
  const { own, consent } = await agreed();
  const said = await withdrawIn(own, { ...consent, version: consent.version + 1 });
  t.like(said, { status: 409, body: { type: `${house.issuer}/problems/changed` } });
  t.true((await listOf(own)).services[0]?.consents[0]?.live);
});

test("somebody else's consent and receipt are as if they were not there", async (t) => {
  const { consent } = await agreed();
  const other = await openOwn(house);
  const nobody = await post(house, other, `/me/consents/${randomUUID()}/withdraw`, { version: 1 });
  const foreign = await withdrawIn(other, consent);
  t.is(foreign.status, 404);
  const shown = ({ body: { reference: _, ...rest } }: typeof foreign) => rest;
  t.deepEqual(shown(foreign), shown(nobody));
  t.is((await call(house, other, `/me/receipts/${consent.event_id}`)).status, 404);
  t.deepEqual((await listOf(other)).services, []);
});

test('with a stolen token but not the key nothing is withdrawn', async (t) => {
  const { own, consent } = await agreed();
  const thief = await openOwn(house);
  const said = await withdrawIn({ ...thief, token: own.token }, consent);
  t.is(said.status, 401);
  t.true((await listOf(own)).services[0]?.consents[0]?.live);
});

test('what was withdrawn is given again when the app asks anew', async (t) => {
  const { own, consent } = await agreed();
  await withdrawIn(own, consent);
  const asked = await own.launch.begin({ ...REPORT, prompt: 'consent' });
  const { text_hash: hash, type } = challengeOf(asked);
  t.is(type, 'consent');
  codeOf(await own.launch.call({ consent: 'approve', consent_text_hash: String(hash) }));
  const [service] = (await listOf(own)).services;
  t.like(service?.consents[0], { record_id: consent.record_id, live: true });
  // The version of before the withdrawal no longer withdraws anything.
  t.is((await withdrawIn(own, consent)).status, 409);
});
