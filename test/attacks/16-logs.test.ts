import test from 'ava';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import { sql } from '../../database.ts';
import { LEVEL_ONE, LEVEL_TWO, meet, signIn } from '../support/visitor.ts';

// Case 16. The house's log is kept at its lowest level.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const NASTY = ['\r\n{"level":"error","event":"forged"}', '\u001b[31mred\u001b[0m', '=cmd|calc', '{"broken', '\u2028\u202e', '%0d%0aforged']; // prettier-ignore

test.serial('nothing a stranger sends makes a line of its own in the log', async (t) => {
  const before = house.logged.length;
  for (const text of NASTY) {
    const query = encodeURIComponent(text);
    await ask(`${house.issuer}/auth?client_id=${query}&state=${query}&redirect_uri=${query}`, { headers: { accept: 'text/html' } }); // prettier-ignore
    await ask(`${house.issuer}/${query}`, { headers: { accept: 'text/html', 'user-agent': query } });
    await ask(`${house.issuer}/zalo/ve?state=${query}&code=${query}`);
    await ask(`${house.issuer}/interaction/${query}`);
    await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { redirect_uri: text, state: text });
    await rp.post('/token', { grant_type: text, code: text });
    await rp.introspect(text);
    await rp.post('/par', {}, { assertion: text, proof: null });
  }
  const lines = house.logged.slice(before);
  t.true(lines.length > NASTY.length);
  for (const line of lines) {
    t.is(line.trimEnd().split('\n').length, 1);
    t.notThrows(() => JSON.parse(line));
    t.notRegex(line.trimEnd(), /\u001b|\u202e|forged/);
  }
});

test.serial('a whole step-up leaves no name, number, code, token or state in the log', async (t) => {
  const visitor = await meet(house);
  const { person } = visitor;
  const first = await signIn(rp, visitor, LEVEL_TWO);
  await rp.refresh(first.tokens);
  await visitor.open(`${house.issuer}/toi`);
  const [message] = house.sms.inbox(internationalNumber(person.phone));
  const smsCode = /^\d{6}/.exec(message?.text ?? '')?.[0] ?? 'none';
  const all = house.logged.join('');
  const secrets = {
    name: person.name,
    personalNumber: person.personalNumber,
    phone: person.phone.slice(1),
    zaloId: person.zaloId,
    smsCode: `"${smsCode}"`,
    code: first.walk.callback.searchParams.get('code') ?? 'none',
    state: first.walk.callback.searchParams.get('state') ?? 'none',
    accessToken: String(first.tokens.body['access_token']),
    refreshToken: String(first.tokens.body['refresh_token']),
    idToken: String(first.tokens.body['id_token']),
    verifier: first.request.verifier,
    requestUri: first.request.requestUri,
    kek: house.config.TNID_KEK,
  };
  for (const [what, secret] of Object.entries(secrets)) t.false(all.includes(secret), what);
  for (const hop of visitor.browser.hops()) {
    const uid = /\/interaction\/([^/?]+)/.exec(hop.url)?.[1];
    if (uid !== undefined) t.false(all.includes(uid), 'an interaction could be continued from the log');
  }
});

test.serial('the audit log holds words and levels, never a person', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  await new Promise((resolve) => setTimeout(resolve, 400)); // events of issued tokens are gathered
  const rows = await house.db.rows<{ text: string }>(sql`
    select convert_from(body, 'UTF8') || convert_from(entry, 'UTF8') as text from access_event`);
  t.true(rows.length > 3);
  const all = rows.map(({ text }) => text).join('\n');
  for (const personal of [visitor.person.name, visitor.person.personalNumber, visitor.person.phone.slice(1), visitor.person.zaloId]) {
    t.false(all.includes(personal));
  } // prettier-ignore
});

test.serial('what is stored of a person is sealed', async (t) => {
  const visitor = await meet(house);
  await signIn(rp, visitor, LEVEL_TWO);
  for (const table of ['identity_binding', 'phone', 'zalo_link', 'otp', 'message_outbox', 'authn_tx', 'consent_event']) {
    const rows = await house.db.built<{ row: string }>(house.db.build(table).select(house.db.build.raw('row_to_json(??)::text as row', [table]))); // prettier-ignore
    const all = rows.map(({ row }) => row).join('\n');
    const { name, personalNumber, phone } = visitor.person;
    for (const personal of [name, personalNumber, phone.slice(1)]) {
      t.false(all.includes(personal) || all.includes(Buffer.from(personal).toString('hex')), table);
    }
  } // prettier-ignore
});
