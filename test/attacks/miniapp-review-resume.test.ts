// A launch that goes on where another stood: what was proven in the other is not carried over by halves.

import { randomBytes } from 'node:crypto';
import test from 'ava';
import { sql } from '../../database.ts';
import { goOn, ME, meetInZalo, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf, openLaunch } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

test('left at the page of consent, with everything proven: the next launch ends with level 2, not with less', async (t) => {
  const device_id = randomBytes(16).toString('base64url');
  const { person } = await meetInZalo(house);
  const launchOn = async () => {
    const launch = await openLaunch(house.issuer);
    await launch.login(zaloToken(house, person).accessToken, { ...ME(house), device_id });
    return launch;
  };
  const before = await launchOn();
  const left = await goOn(house, { person, launch: before }, await before.begin(VIEW), { consent: { step: 'hold' } }); // prettier-ignore
  t.is(challengeOf(left).type, 'consent');
  const launch = await launchOn();
  const done = await goOn(house, { person, launch }, await launch.begin(VIEW), {
    choose: ({ options }) => ({ choice: (options as readonly string[])[0] }), // the wire's shape
  });
  t.is(done.status, 200, JSON.stringify(done.body));
  const given = await launch.token(codeOf(done), { resource: VIEW.resource });
  t.is(given.status, 200, JSON.stringify(given.body));
  t.like(claimsIn(String(given.body['access_token'])), { acr: `${house.issuer}/acr/2`, scope: VIEW.scope });
});

test('a level that was taken back while a page was open buys no code', async (t) => {
  const { person } = await meetInZalo(house);
  const launch = await openLaunch(house.issuer);
  await launch.login(zaloToken(house, person).accessToken, ME(house));
  const left = await goOn(house, { person, launch }, await launch.begin(VIEW), { consent: { step: 'hold' } });
  t.is(challengeOf(left).type, 'consent');
  await house.db.run(sql`
    update level_fact set revoked_at = now() where level = 2
      and account_id = (select account_id from zalo_link where zalo_id = ${person.zaloId})`);
  const said = await goOn(house, { person, launch }, left);
  t.like(said, { status: 400, body: { error: 'unmet_authentication_requirements' } });
  t.is(challengeOf(await launch.begin(VIEW)).type, 'choose', 'the launch goes on with a new request');
});
