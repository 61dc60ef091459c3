// Case 16 for the mini app: what goes through the endpoint is in no line of the log.

import test from 'ava';
import { sql } from '../../database.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { wrongFor } from '../support/code-page.ts';
import { CARD, goOn, ME, meetInZalo, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, codeOf, openLaunch } from '../support/launch.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.after.always(() => house?.stop());

test.serial('a login, a step-up with mistakes and their refusals leave no secret and no person in log or events', async (t) => {
  const citizen = await meetInZalo(house);
  const { launch, person } = citizen;
  const machine = 'AbCdEfGhIjKlMnOpQrStUv';
  const { accessToken } = zaloToken(house, person);
  const secrets: Record<string, unknown> = { accessToken, machine };
  await launch.login(accessToken, { ...VIEW, device_id: machine });
  secrets['session'] = launch.session();
  await (await openLaunch(house.issuer)).login(accessToken, ME(house)); // replayed
  await launch.call({ step: 'brake', guided: 'no' });
  await launch.call({ choice: 'card_register' });
  await launch.call({ ...CARD(person), card_name: 'Trần Thị Khác' });
  await launch.call(CARD(person));
  const tokens = zaloToken(house, person, ['scope.userPhonenumber']);
  secrets['phoneToken'] = tokens.phoneToken;
  secrets['secondToken'] = tokens.accessToken;
  const sent = await launch.call({ zalo_access_token: tokens.accessToken, zalo_phone_token: tokens.phoneToken });
  t.is(challengeOf(sent).type, 'otp');
  const code = await newestCode(house.sms.url, person.phone);
  secrets['wrongCode'] = `"${wrongFor(code)}"`;
  await launch.call({ otp: wrongFor(code) });
  const done = await goOn(house, citizen, await launch.call({ otp: code }));
  secrets['authorizationCode'] = codeOf(done);
  secrets['verifier'] = launch.verifier();
  secrets['lastSession'] = launch.session();
  const given = await launch.token(codeOf(done), { resource: VIEW.resource });
  secrets['token'] = given.body['access_token'];
  t.is(given.status, 200);
  await (await openLaunch(house.issuer)).begin({ ...ME(house), auth_session: launch.session() }); // a thief
  Object.assign(secrets, {
    name: person.name,
    personalNumber: person.personalNumber,
    phone: person.phone.slice(1),
    zaloId: person.zaloId,
    code: `"${code}"`,
    appSecret: house.config.TNID_ZALO_APP_SECRET,
    nonce: launch.nonce(),
    jkt: launch.jkt,
  });
  await new Promise((resolve) => setTimeout(resolve, 400)); // events of issued tokens are gathered
  const events = await house.db.rows<{ text: string }>(sql`select convert_from(body, 'UTF8') as text from access_event`);
  const all = [...house.logged, ...events.map(({ text }) => text)].join('\n');
  t.true(all.includes('challenge.refused'), 'refusals are on record');
  for (const [what, secret] of Object.entries(secrets)) {
    t.true(String(secret).length > 5, what);
    t.false(all.includes(String(secret)), what);
  }
  const [name = ''] = String(secrets['lastSession']).split('.');
  t.false(all.includes(name), 'nor the name of a launch, with which it could be ended');
}); // prettier-ignore

test.serial('what a stranger sends makes no line of its own in the log', async (t) => {
  const launch = await openLaunch(house.issuer);
  const before = house.logged.length;
  for (const text of ['\r\n{"level":"error","event":"forged"}', '\u001b[31mforged', '\u2028forged', '%0d%0aforged']) {
    for (const name of ['client_id', 'scope', 'auth_session', 'zalo_access_token', 'step', 'choice', 'acr_values', 'card_qr'])
      await launch.send({ body: launch.formFor({ ...launch.newChallenge(), ...ME(house), ...launch.loginFields('x'), [name]: text }) });
    await launch.send({ proof: null, path: '/authorize-challenge/chip', body: text, headers: { 'content-type': 'application/json', 'x-client-id': encodeURIComponent(text), 'x-upload-nonce': encodeURIComponent(text) } });
  }
  const lines = house.logged.slice(before);
  t.true(lines.length > 8);
  for (const line of lines) {
    t.is(line.trimEnd().split('\n').length, 1);
    t.notThrows(() => JSON.parse(line));
    t.notRegex(line, /forged|\u001b|\u2028/);
  }
}); // prettier-ignore
