// Level 2 in the app over time: it decays, it is asked for anew, a new machine waits, and what needs more
// reading goes to a browser.

import test from 'ava';
import { sql } from '../../database.ts';
import { randomBytes } from 'node:crypto';
import { bornAgo, vaultOf } from '../support/child.ts';
import { bind, inventNumber } from '../consent/family.ts';
import { passHold } from '../support/notices.ts';
import { DOSSIER, goOn, ME, meetInZalo, REPORT, signIn, tokenFor, useMiniApp, VIEW, zaloToken } from '../support/app-citizen.ts'; // prettier-ignore
import type { AppCitizen } from '../support/app-citizen.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { challengeOf, claimsIn, codeOf, openLaunch } from '../support/launch.ts';
import type { Fields } from '../support/launch.ts';
import { createPortal } from '../support/rp.ts';
import { countEvents, LEVEL_TWO, signIn as signInOnWeb, visitorAs } from '../support/visitor.ts';

let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  await useMiniApp(house);
});
test.beforeEach(() => house.db.run(sql`delete from rate_limit`).then(() => {}));
test.after.always(() => house?.stop());

const accountOf = async ({ person }: AppCitizen) =>
  (await house.db.row<{ account_id: string }>(sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`))?.account_id ?? ''; // prettier-ignore
const ageProofs = async (citizen: AppCitizen, seconds: number, level: number) =>
  house.db.run(sql`update level_fact set at = at - ${seconds}::int * interval '1 second' where account_id = ${await accountOf(citizen)} and level = ${level}`); // prettier-ignore
const newMachine = () => randomBytes(16).toString('base64url');
const launched = async ({ person }: AppCitizen, asked: Fields) => {
  const launch = await openLaunch(house.issuer);
  const said = await launch.login(zaloToken(house, person).accessToken, asked);
  return { person, launch, said };
};
const claims = async ({ launch }: AppCitizen, code: string, { resource } = VIEW as { resource: string }) => {
  const given = await launch.token(code, { resource });
  return { ...claimsIn(String(given.body['access_token'])), granted: given.body['scope'] } as Record<string, unknown>; // prettier-ignore
};

test.serial('after eight hours level 2 is gone, level 1 stands as long as its own login', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  await ageProofs(citizen, 28_801, 2);
  t.like(challengeOf(await citizen.launch.begin(VIEW)), { type: 'choose', again: true });
  t.is((await citizen.launch.begin(ME(house))).status, 200);
});

test.serial('a code from before the decay buys level 1 and without the scopes of level 2', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  const both = { ...VIEW, scope: `${VIEW.scope} svc:hoso:chuan-bi` };
  const code = codeOf(await goOn(house, citizen, await citizen.launch.begin(both)));
  await ageProofs(citizen, 28_801, 2);
  const given = await claims(citizen, code);
  t.is(given['acr'], `${house.issuer}/acr/1`);
  t.is(given['granted'], 'svc:hoso:chuan-bi');
  t.deepEqual(given['amr'], ['zalo']);
});

test.serial('max_age counts from the proof; 0 asks for one made now, once', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  await ageProofs(citizen, 400, 2);
  t.is((await citizen.launch.begin({ ...VIEW, max_age: '900' })).status, 200);
  for (const max_age of ['300', '0']) {
    const asked = await citizen.launch.begin({ ...VIEW, max_age });
    t.is(challengeOf(asked).type, 'choose', max_age);
    const done = await goOn(house, citizen, asked, { choose: { choice: 'otp' } });
    const { auth_time: at } = await claims(citizen, codeOf(done));
    t.true(Math.abs(Date.now() / 1000 - Number(at)) < 60);
    await house.db.run(sql`update otp set resend_after = created_at, created_at = created_at - interval '1 hour' where account_id = ${await accountOf(citizen)}`); // prettier-ignore
    await ageProofs(citizen, 400, 2);
  }
});

test.serial('a step-up does not freshen level 1', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  await ageProofs(citizen, 400, 1);
  await tokenFor(house, citizen, VIEW);
  await ageProofs(citizen, 28_801, 2);
  const fresh = await citizen.launch.begin({ ...REPORT, max_age: '300' });
  t.is(fresh.body['error'], 'invalid_session', 'a fresher login is a new launch');
});

test.serial('acr_values asks for level 2 where the scope would not', async (t) => {
  const citizen = await meetInZalo(house);
  const said = await signIn(house, citizen, { ...REPORT, acr_values: `${house.issuer}/acr/2` });
  t.is(challengeOf(said).type, 'brake');
  const done = await goOn(house, citizen, said);
  t.is((await claims(citizen, codeOf(done), REPORT))['acr'], `${house.issuer}/acr/2`);
});

test.serial('level 2 of a launch is none on the web, nor the reverse', async (t) => {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  const rp = await createPortal(house, 'cong-thu');
  const web = await signInOnWeb(rp, visitorAs(house, citizen.person), { ...LEVEL_TWO, scope: 'openid tn.level svc:hoso:xem' }); // prettier-ignore
  t.true(web.walk.steps.includes('vneid'), 'the web proves for itself');
  const other = await launched(citizen, VIEW);
  t.is(challengeOf(other.said).type, 'choose', 'and so does a new launch');
});

test.serial('an act of high risk on a new machine waits until its person was told; the known one does not', async (t) => {
  const citizen = await meetInZalo(house);
  const machine = newMachine();
  await signIn(house, citizen, { ...VIEW, device_id: machine });
  await goOn(house, citizen, await citizen.launch.call({ step: 'hold' }));
  const accountId = await accountOf(citizen);
  const same = await launched(citizen, { ...DOSSIER, device_id: machine });
  t.is(challengeOf(same.said).type, 'choose', 'the machine that proved level 2 does not wait');
  const stranger = await launched(citizen, { ...DOSSIER, device_id: newMachine() });
  const held = challengeOf(stranger.said);
  t.like(held, { type: 'hold', interval: 10, destination: `***${citizen.person.phone.slice(-3)}` });
  t.is(challengeOf(await stranger.launch.call({ step: 'hold' })).type, 'hold');
  t.is(await countEvents(house, 'device.held', accountId), 1, 'one notice, however often it asks');
  await passHold(house, accountId);
  t.is(challengeOf(await stranger.launch.call({ step: 'hold' })).type, 'choose');
  const another = await launched(citizen, DOSSIER);
  t.is(challengeOf(another.said).type, 'hold', 'a machine that keeps no number is new each time');
  t.is(challengeOf((await launched(citizen, { ...VIEW, device_id: newMachine() })).said).type, 'choose', 'a small act does not wait'); // prettier-ignore
}); // prettier-ignore

test.serial('a number of a machine opens nothing: with another person it is new', async (t) => {
  const [one, other] = [await meetInZalo(house), await meetInZalo(house)];
  const machine = newMachine();
  for (const citizen of [one, other]) {
    await signIn(house, citizen, { ...VIEW, device_id: citizen === one ? machine : newMachine() });
    await goOn(house, citizen, await citizen.launch.call({ step: 'hold' }));
  }
  t.is(challengeOf((await launched(other, { ...DOSSIER, device_id: machine })).said).type, 'hold');
});

test.serial('a child under 16 goes to the web, where a representative can answer; nothing is recorded', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  const accountId = await accountOf(citizen);
  const birthdate = bornAgo(12);
  const child = { accountId, personalNumber: inventNumber(birthdate), birthdate };
  await bind({ db: house.db, vault: await vaultOf(house) }, child, new Date());
  const said = await citizen.launch.begin(REPORT);
  t.like(said, { status: 400, body: { error: 'redirect_to_web' } });
  const uri = new URL(String(said.body['web_uri']));
  t.is(uri.searchParams.get('request_uri'), String(said.body['request_uri']));
  t.regex(String(said.body['request_uri']), /^urn:ietf:params:oauth:request_uri:[\w-]{20,}$/);
  t.deepEqual([...uri.searchParams.keys()].toSorted(), ['client_id', 'request_uri'], 'the address says nothing');
  const visitor = visitorAs(house, citizen.person);
  const arrival = await visitor.open(uri);
  t.is(arrival.at === 'page' ? arrival.page.status : 0, 200);
  t.is((await citizen.launch.begin({ scope: 'openid' })).status, 200, 'what asks no consent is not in the way');
  t.is((await house.db.rows(sql`select 1 from consent c join subject s using (subject_id) where s.account_id = ${accountId}`)).length, 0); // prettier-ignore
}); // prettier-ignore

test.serial('whose first question goes to the web is signed in all the same, and needs no new token of Zalo', async (t) => {
  const citizen = await meetInZalo(house);
  await signIn(house, citizen, ME(house));
  const birthdate = bornAgo(12);
  await bind({ db: house.db, vault: await vaultOf(house) }, { accountId: await accountOf(citizen), personalNumber: inventNumber(birthdate), birthdate }, new Date()); // prettier-ignore
  const next = await launched(citizen, REPORT);
  t.is(next.said.body['error'], 'redirect_to_web');
  t.is(next.launch.session(), String(next.said.body['auth_session']));
  t.is((await next.launch.begin(ME(house))).status, 200);
}); // prettier-ignore

// Case 10: the sender of the link must gain nothing from whoever opens it.
test.serial('a link to the web sent to somebody else gives its sender no code that buys anything', async (t) => {
  const sender = await meetInZalo(house);
  await signIn(house, sender, ME(house));
  const birthdate = bornAgo(12);
  await bind({ db: house.db, vault: await vaultOf(house) }, { accountId: await accountOf(sender), personalNumber: inventNumber(birthdate), birthdate }, new Date()); // prettier-ignore
  const said = await sender.launch.begin(REPORT);
  const { person } = await meetInZalo(house);
  const victim = visitorAs(house, person, (url) => url.pathname === '/xong');
  const { callback } = await victim.go({ url: String(said.body['web_uri']) });
  const code = callback.searchParams.get('code') ?? '';
  t.truthy(code);
  const bought = await sender.launch.token(code, { resource: REPORT.resource, redirect_uri: `${house.issuer}/xong` }); // prettier-ignore
  t.like(bought, { status: 400, body: { error: 'invalid_grant' } });
}); // prettier-ignore

test.serial('a person whom another account holds, proven by the chip, goes to the web and is not told whose', async (t) => {
  const owner = await meetInZalo(house);
  await tokenFor(house, owner, VIEW);
  const stranger = await meetInZalo(house);
  const { launch } = stranger;
  await signIn(house, stranger, VIEW);
  await launch.call({ step: 'brake', guided: 'no' });
  const { upload, nonce } = challengeOf(await launch.call({ choice: 'cccd_nfc' })) as Record<string, unknown>;
  const { personalNumber, name, birthdate, phone } = owner.person;
  const files = house.cardAuthority.issue({ personalNumber, name, birthdate }).read();
  const sent = await launch.send({ path: new URL(String(upload)).pathname, body: JSON.stringify(files), headers: { 'content-type': 'application/json', 'x-client-id': 'miniapp', 'x-upload-nonce': String(nonce) } }); // prettier-ignore
  t.is(sent.status, 204);
  const said = await launch.call({ step: 'cccd_nfc' });
  t.is(said.body['error'], 'redirect_to_web');
  for (const secret of [owner.person.zaloId, phone, name]) t.false(JSON.stringify(said.body).includes(secret));
  const bound = await house.db.rows(sql`select 1 from identity_binding where account_id = ${await accountOf(stranger)}`); // prettier-ignore
  t.deepEqual(bound, []);
  t.is((await launch.begin(ME(house))).status, 200, 'level 1 goes on');
}); // prettier-ignore
