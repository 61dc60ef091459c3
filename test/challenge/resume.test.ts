// Zalo starts the app anew while its person reads a message or waits at a counter: key and session are gone.

import { randomBytes } from 'node:crypto';
import test from 'ava';
import type { Person } from '../../sandbox/citizen/people.ts';
import { DOSSIER, goOn, ME, meetInZalo, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts';
import { codeOn, openLink, proveByVneid } from '../support/browser-leg.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf, openLaunch } from '../support/launch.ts';
import type { Launch } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

const machine = () => randomBytes(16).toString('base64url');

async function launchOn(person: Person, device: string | undefined): Promise<Launch> {
  const launch = await openLaunch(house.issuer);
  const said = await launch.login(zaloToken(house, person).accessToken, { ...ME(house), device_id: device });
  if (said.status !== 200) throw new Error(JSON.stringify(said.body));
  return launch;
}

/** A wizard left at the code that was sent to the phone. */
async function leftAtCode(device: string | undefined, asked = VIEW) {
  const { person } = await meetInZalo(house);
  const launch = await launchOn(person, device);
  const first = await launch.begin(asked);
  const stopped = await goOn(house, { person, launch }, first, { otp: () => { throw new Error('left here'); } }).catch(() => undefined); // prettier-ignore
  if (stopped !== undefined) throw new Error('the wizard did not stop');
  return { person, launch };
}

test('a new launch on the same machine goes on where the one before stood, and that one ends', async (t) => {
  const device = machine();
  const { person, launch: before } = await leftAtCode(device);
  const launch = await launchOn(person, device);
  const said = await launch.begin(VIEW);
  t.is(challengeOf(said).type, 'otp', 'neither the card nor the number is asked again');
  const done = await goOn(house, { person, launch }, said);
  const given = await launch.token(codeOf(done), { resource: VIEW.resource });
  t.like(claimsIn(String(given.body['access_token'])), { acr: `${house.issuer}/acr/2` });
  t.like(await before.call({ otp: '000000' }), { status: 400, body: { error: 'invalid_session' } });
});

for (const [who, device] of [
  ['another machine', machine()],
  ['a machine that keeps no number', undefined],
] as const) {
  // prettier-ignore
  test(`${who} begins from the start, and the wizard left elsewhere lives on`, async (t) => {
    const { person, launch: before } = await leftAtCode(machine());
    const launch = await launchOn(person, device);
    t.is(challengeOf(await launch.begin(VIEW)).type, 'brake');
    t.is(challengeOf(await before.call({ otp: '000000' })).type, 'otp');
  });
}

test('VNeID in a browser outlives the app: its code counts in the next launch', async (t) => {
  const device = machine();
  const { person } = await meetInZalo(house);
  const before = await launchOn(person, device);
  await before.begin(DOSSIER);
  await before.call({ step: 'brake', guided: 'no' });
  const browser = await openLink(challengeOf(await before.call({ choice: 'vneid' })));
  await proveByVneid(browser, person);
  const launch = await launchOn(person, device);
  const asked = challengeOf(await launch.begin(DOSSIER));
  t.is(asked.type, 'vneid_redirect', 'the field for the code is what is shown first');
  const said = await launch.call({ step: 'vneid_redirect', completion_code: codeOn(browser) });
  t.is((await goOn(house, { person, launch }, said)).status, 200);
});

test('another person on the same machine does not walk into it', async (t) => {
  const device = machine();
  await leftAtCode(device);
  const { person } = await meetInZalo(house);
  const launch = await launchOn(person, device);
  t.is(challengeOf(await launch.begin(VIEW)).type, 'brake');
});

test('another request is another wizard', async (t) => {
  const device = machine();
  const { person } = await leftAtCode(device);
  const launch = await launchOn(person, device);
  t.is(challengeOf(await launch.begin({ ...VIEW, max_age: '60' })).type, 'brake');
});

test('of two launches at once one goes on with it', async (t) => {
  const device = machine();
  const { person } = await leftAtCode(device);
  const both = await Promise.all([launchOn(person, device), launchOn(person, device)]);
  const types = await Promise.all(both.map(async (launch) => challengeOf(await launch.begin(VIEW)).type));
  t.true(types.includes('otp'));
  // Whoever came second found the first one's launch, or nothing.
  t.true(types.every((type) => type === 'otp' || type === 'brake'));
});
