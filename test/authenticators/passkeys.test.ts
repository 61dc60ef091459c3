import test from 'ava';
import { hasPasskey, listPasskeys, removePasskey, renamePasskey } from '../../authenticators/my-passkeys.ts';
import type { Owner } from '../../authenticators/owner.ts';
import {
  beginAuthentication,
  beginRegistration,
  finishAuthentication,
  finishRegistration,
  MOST_PASSKEYS,
} from '../../authenticators/passkeys.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { readOptions, softwarePasskey } from '../support/software-passkey.ts';
import type { Ceremony, SoftwarePasskey } from '../support/software-passkey.ts';

const ISSUER = 'https://id.tayninh.gov.vn';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain.close());

const house = (db = domain.db) => ({ db, vault: domain.vault, issuer: ISSUER, origin: ORIGIN });
const citizen = async (): Promise<Owner> => ({ kind: 'account', id: await domain.citizen() });
const begin = async (owner: Owner, place = 'session/1', now = NOW) =>
  readOptions(
    JSON.stringify(await beginRegistration(house(), { owner, displayName: 'Bảy Lành', place }, now)),
    ISSUER,
  );

async function enrol(owner: Owner, key = softwarePasskey(), name = 'Máy của tôi') {
  const ceremony = await begin(owner);
  const added = await finishRegistration(
    house(),
    { owner, place: 'session/1', response: key.register(ceremony), name },
    NOW,
  );
  return { key, added };
}

async function answer(
  owner: Owner,
  key: SoftwarePasskey,
  over: Partial<Ceremony> = {},
  { place = 'interaction/1', at = NOW } = {},
) {
  const options = await beginAuthentication(house(), { owner, place: 'interaction/1' }, NOW);
  const response = key.answer({ ...readOptions(JSON.stringify(options), ISSUER), ...over });
  return finishAuthentication(house(), { owner, place, response }, at);
}

test.serial('a passkey is added, answers, is renamed and removed', async (t) => {
  const owner = await citizen();
  t.false(await hasPasskey(domain.db, owner));
  const { key, added } = await enrol(owner);
  t.is(added.outcome, 'added');
  t.true(await hasPasskey(domain.db, owner));
  const right = await answer(owner, key);
  t.like(right, { outcome: 'right', owner, amr: ['hwk', 'user'] });
  const [listed] = await listPasskeys(house(), owner);
  t.is(listed?.name, 'Máy của tôi');
  t.deepEqual(listed?.lastUsedAt, NOW);
  const passkeyId = listed?.id ?? '';
  await renamePasskey(house(), { owner, passkeyId, name: '  Điện thoại   mới ' }, NOW);
  t.is((await listPasskeys(house(), owner))[0]?.name, 'Điện thoại mới');
  await removePasskey(house(), { owner, passkeyId }, NOW);
  t.deepEqual(await listPasskeys(house(), owner), []);
  t.like(await answer(owner, key), { outcome: 'refused', reason: 'unknown' });
});

test.serial('a passkey that is copied to other devices is told as one', async (t) => {
  const owner = await citizen();
  const { key } = await enrol(owner, softwarePasskey({ multi: true }));
  t.like(await answer(owner, key, { count: 0 }), { outcome: 'right', amr: ['swk', 'user'] });
  t.like(await answer(owner, key, { count: 0 }), { outcome: 'right' }, 'such a device keeps no count');
});

test.serial(
  'the device learns a handle that is not the number of the account, the same each time',
  async (t) => {
    const owner = await citizen();
    const [first, second] = [await begin(owner), await begin(owner)];
    t.is(first.userHandle, second.userHandle);
    t.is(Buffer.from(first.userHandle ?? '', 'base64url').length, 32);
    t.false(
      Buffer.from(first.userHandle ?? '', 'base64url')
        .toString('hex')
        .includes(owner.id.replaceAll('-', '')),
    );
  },
);

test.serial('the name is sealed and the challenge is not in the database', async (t) => {
  const owner = await citizen();
  await enrol(owner, softwarePasskey(), 'Máy của bà Bảy');
  const { challenge } = await begin(owner);
  const rows = await domain.db.rows(
    sql`select p.name_sealed, encode(p.name_sealed, 'escape') as text from passkey p`,
  );
  t.false(JSON.stringify(rows).includes('bà Bảy'));
  const kept = await domain.db.rows<{ key: string }>(
    sql`select encode(challenge_key, 'base64') as key from passkey_challenge`,
  );
  t.false(
    kept.some(({ key }) =>
      key.startsWith(Buffer.from(challenge, 'base64url').toString('base64').slice(0, 20)),
    ),
  );
});

const faults: readonly (readonly [string, Partial<Ceremony>, string])[] = [
  ['an answer made for another origin', { origin: 'https://id.tayninh.gov.vn.example' }, 'unverified'],
  ['an answer made for another port', { origin: `${ISSUER}:8443` }, 'unverified'],
  ['an answer made for another rpId', { rpId: 'tayninh.gov.vn' }, 'unverified'],
  ['an answer without verification of the person', { verified: false }, 'unverified'],
  ['a damaged signature', { broken: true }, 'unverified'],
  ['an answer of the other ceremony', { type: 'webauthn.create' }, 'unverified'],
  ['an answer made in a frame of another site', { crossOrigin: true }, 'malformed'],
  ['a challenge of nobody', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, 'expired'],
  ['the handle of somebody else', { userHandle: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, 'unknown'],
];
for (const [what, over, reason] of faults) {
  test.serial(`refused: ${what}`, async (t) => {
    const owner = await citizen();
    const { key } = await enrol(owner);
    t.like(await answer(owner, key, over), { outcome: 'refused', reason });
    t.like(await answer(owner, key), { outcome: 'right' }, 'the passkey itself is none the worse');
  });
}

const badRegistrations: readonly (readonly [string, Partial<Ceremony>])[] = [
  ['another origin', { origin: 'https://id.example' }],
  ['another rpId', { rpId: 'id.example' }],
  ['no verification of the person', { verified: false }],
  ['the other ceremony', { type: 'webauthn.get' }],
];
for (const [what, over] of badRegistrations) {
  test.serial(`nothing is added by an answer with ${what}`, async (t) => {
    const owner = await citizen();
    const response = softwarePasskey().register({ ...(await begin(owner)), ...over });
    const added = await finishRegistration(
      house(),
      { owner, place: 'session/1', response, name: 'Máy' },
      NOW,
    );
    t.deepEqual(added, { outcome: 'refused', reason: 'unverified' });
    t.deepEqual(await listPasskeys(house(), owner), []);
  });
}

test.serial('an attestation that would have to be followed up is refused unread', async (t) => {
  const owner = await citizen();
  const response = JSON.parse(softwarePasskey().register(await begin(owner)));
  const object = Buffer.from(response.response.attestationObject, 'base64url').toString('latin1');
  response.response.attestationObject = Buffer.from(object.replace('dnone', 'ctpm'), 'latin1').toString(
    'base64url',
  );
  const added = await finishRegistration(
    house(),
    { owner, place: 'session/1', response: JSON.stringify(response), name: 'Máy' },
    NOW,
  );
  t.deepEqual(added, { outcome: 'refused', reason: 'unverified' });
});

test.serial('a challenge belongs to its owner, its place and its ceremony, for five minutes', async (t) => {
  const [owner, other] = [await citizen(), await citizen()];
  const { key } = await enrol(owner);
  t.like(await answer(owner, key, {}, { place: 'interaction/2' }), { outcome: 'refused', reason: 'expired' });
  t.like(await answer(owner, key, {}, { at: after(300) }), { outcome: 'refused', reason: 'expired' });
  t.like(await answer(owner, key, {}, { at: after(299) }), { outcome: 'right' });
  const register = await begin(owner);
  const mixed = await finishAuthentication(
    house(),
    { owner, place: 'session/1', response: key.answer(register) },
    NOW,
  );
  t.like(mixed, { outcome: 'refused', reason: 'expired' });
  const theirs = await begin(owner);
  const stolen = await finishRegistration(
    house(),
    { owner: other, place: 'session/1', response: softwarePasskey().register(theirs), name: 'Máy' },
    NOW,
  );
  t.deepEqual(stolen, { outcome: 'refused', reason: 'expired' });
});

test.serial('somebody else\'s passkey is as unknown as one that never was', async (t) => {
  const [owner, other] = [await citizen(), await citizen()];
  const { key } = await enrol(other);
  await enrol(owner);
  t.deepEqual(await answer(owner, key), await answer(owner, softwarePasskey()));
  const [theirs] = await listPasskeys(house(), other);
  await t.throwsAsync(removePasskey(house(), { owner, passkeyId: theirs?.id ?? '' }, NOW), { message: /no such passkey/ });
  await t.throwsAsync(renamePasskey(house(), { owner, passkeyId: theirs?.id ?? '', name: 'x' }, NOW), { message: /no such passkey/ });
}); // prettier-ignore

test.serial('a credential is registered once, at one owner', async (t) => {
  const [owner, other] = [await citizen(), await citizen()];
  const { key } = await enrol(owner);
  t.deepEqual((await enrol(other, key)).added, { outcome: 'refused', reason: 'taken' });
});

test.serial('a count that falls ends the passkey and is on record', async (t) => {
  const owner = await citizen();
  const { key } = await enrol(owner);
  t.like(await answer(owner, key, { count: 7 }), { outcome: 'right' });
  t.like(await answer(owner, key, { count: 7 }), { outcome: 'refused', reason: 'suspect' });
  t.like(
    await answer(owner, key, { count: 9 }),
    { outcome: 'refused', reason: 'suspect' },
    'and stays ended',
  );
  t.false(await hasPasskey(domain.db, owner));
  t.true((await listPasskeys(house(), owner))[0]?.suspect);
  const alarms = await domain.db.rows(sql`
    select e.kind from access_event e join audit_stream s using (stream_id) where e.kind = 'passkey.alarm' and s.account_id = ${owner.id}`);
  t.is(alarms.length, 1);
});

test.serial('one answer sent twenty times at once to two brokers counts once', async (t) => {
  const owner = await citizen();
  const { key } = await enrol(owner);
  const options = await beginAuthentication(house(), { owner, place: 'p' }, NOW);
  const response = key.answer(readOptions(JSON.stringify(options), ISSUER));
  const answers = await times(20, (i) =>
    finishAuthentication(
      house(i % 2 === 0 ? domain.db : domain.second),
      { owner, place: 'p', response },
      NOW,
    ),
  );
  t.is(answers.filter(({ outcome }) => outcome === 'right').length, 1);
  t.is(answers.filter((one) => one.outcome === 'refused' && one.reason === 'expired').length, 19);
  t.true(await hasPasskey(domain.db, owner), 'a replay is no sign of a copy');
});

test.serial('an owner has ten at most, however many are added at once', async (t) => {
  const owner = await citizen();
  const ceremonies = await times(MOST_PASSKEYS + 4, () => begin(owner));
  const added = await Promise.all(
    ceremonies.map((ceremony, i) =>
      finishRegistration(
        house(i % 2 === 0 ? domain.db : domain.second),
        { owner, place: 'session/1', response: softwarePasskey().register(ceremony), name: `Máy ${i}` },
        NOW,
      ),
    ),
  );
  t.is(added.filter(({ outcome }) => outcome === 'added').length, MOST_PASSKEYS);
  t.is((await listPasskeys(house(), owner)).length, MOST_PASSKEYS);
});

test.serial('staff answer without naming themselves; a citizen\'s passkey is not theirs', async (t) => {
  const id = '0190a000-0000-7000-8000-000000000001';
  await domain.db.run(sql`insert into staff (id, login, role, unit, commune_code, invited_at) values (${id}, 'hoa.nguyen', 'officer', 'Quầy', '25459', ${NOW})`);
  const owner: Owner = { kind: 'staff', id };
  const ceremony = await begin(owner);
  const { key } = await enrol(owner);
  const citizens = await enrol(await citizen());
  const anybody = async (passkey: SoftwarePasskey, userHandle: string | undefined) => {
    const options = await beginAuthentication(house(), { owner: { kind: 'staff' }, place: 'sign-in' }, NOW);
    const response = passkey.answer({ ...readOptions(JSON.stringify(options), ISSUER), userHandle });
    return finishAuthentication(house(), { owner: { kind: 'staff' }, place: 'sign-in', response }, NOW);
  };
  t.like(await anybody(key, ceremony.userHandle), { outcome: 'right', owner });
  t.like(await anybody(key, undefined), { outcome: 'refused', reason: 'unknown' });
  t.like(await anybody(citizens.key, ceremony.userHandle), { outcome: 'refused', reason: 'unknown' });
}); // prettier-ignore

for (const response of ['', '{}', 'null', '[]', '{"id":"a"}', '"x"', '{"id":1,"rawId":1,"type":"public-key","response":{}}', 'x'.repeat(9_000)]) {
  test.serial(`what no browser sends is malformed: ${response.slice(0, 30)}`, async (t) => {
    const owner = await citizen();
    t.deepEqual(await finishAuthentication(house(), { owner, place: 'p', response }, NOW), { outcome: 'refused', reason: 'malformed' });
    t.deepEqual(await finishRegistration(house(), { owner, place: 'p', response, name: 'Máy' }, NOW), { outcome: 'refused', reason: 'malformed' });
  });
} // prettier-ignore

for (const name of ['', '   ', 'a'.repeat(41), 'a\u0000b', 'a\u202Eb']) {
  test.serial(`not a name for a passkey: ${JSON.stringify(name.slice(0, 10))}`, async (t) => {
    const owner = await citizen();
    await t.throwsAsync(finishRegistration(house(), { owner, place: 'p', response: '{}', name }, NOW), {
      message: /short name/,
    });
  });
}
