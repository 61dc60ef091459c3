// Zalo away while the app opens: a sentence and a retry, and no half login.

import test from 'ava';
import { sql } from '../../database.ts';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { ME, meetInZalo, useMiniApp, zaloToken } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.afterEach.always(() => house.zalo.resetKnobs());
test.after.always(() => house?.stop());

const traces = ({ person, launch }: AppCitizen) =>
  house.db.rows(sql`
    select 'account' as what from zalo_link where zalo_id = ${person.zaloId}
    union all select 'launch' from login_family where jkt = ${launch.jkt}
    union all select 'evidence' from zalo_evidence where jkt = ${launch.jkt}`);

const faults: readonly (readonly [what: string, knobs: KnobChange])[] = [
  ['resets the connection', { 'net.fault': 'reset' }],
  ['sends half an answer', { 'net.fault': 'truncate' }],
  ['sends a page with 502', { 'net.fault': 'html502' }],
  ['sends a page with 504', { 'net.fault': 'html504' }],
  ['sends nothing', { 'net.fault': 'empty200' }],
  ['says nothing for as long as we wait', { 'net.fault': 'hang' }],
  ['calls our address foreign', { egress: 'foreign' }],
  ['calls it foreign with 403', { egress: 'foreign', 'egress.status': 403 }],
];
for (const [what, knobs] of faults)
  test.serial(`Zalo ${what}: 503 and when to come again; nothing has begun, and the same token serves`, async (t) => {
    const citizen = await meetInZalo(house);
    const { launch, person } = citizen;
    const { accessToken } = zaloToken(house, person);
    house.zalo.setKnobs(knobs);
    const said = await launch.login(accessToken, ME(house));
    t.like(said, { status: 503, body: { error: 'temporarily_unavailable' } });
    t.true(Number(said.headers.get('retry-after')) > 0);
    t.deepEqual(Object.keys(said.body).toSorted(), ['error', 'error_description']);
    t.deepEqual(await traces(citizen), []);
    house.zalo.resetKnobs();
    t.is((await launch.login(accessToken, ME(house))).status, 200);
    t.is((await traces(citizen)).length, 3);
  }); // prettier-ignore

test.serial('Zalo’s quirks are no outage: errors as text, another type, more than was asked', async (t) => {
  for (const knobs of [
    { 'json.type': 'application/json' },
    { 'json.okError': 'absent' },
    { 'json.extra': 'unknownFields' },
    { 'oauth.tokenLen': 2000 },
    { 'me.name': 'missing' },
    { 'me.legacy': 'on' },
  ] as const satisfies readonly KnobChange[]) {
    house.zalo.setKnobs(knobs);
    const { launch, person } = await meetInZalo(house);
    const said = await launch.login(zaloToken(house, person).accessToken, ME(house));
    t.is(said.status, 200, JSON.stringify(knobs));
    house.zalo.resetKnobs();
  }
});

test.serial('452, as a number or as text, is a refusal and no outage', async (t) => {
  for (const errorAs of ['int', 'string'] as const) {
    house.zalo.setKnobs({ 'json.errorAs': errorAs });
    const citizen = await meetInZalo(house);
    t.like(await citizen.launch.login('invented', ME(house)), {
      status: 400,
      body: { error: 'invalid_grant' },
    });
    t.deepEqual(await traces(citizen), []);
  }
});

test.serial('a renewal asks Zalo nothing: launches go on while Zalo is away', async (t) => {
  const { launch, person } = await meetInZalo(house);
  await launch.login(zaloToken(house, person).accessToken, ME(house));
  house.zalo.setKnobs({ 'net.fault': 'html502' });
  const asked = house.zalo.requests().length;
  t.is((await launch.begin(ME(house))).status, 200);
  t.is(house.zalo.requests().length, asked);
});
