import test from 'ava';
import {
  makeRecoveryCodes,
  recoveryCodesLeft,
  useRecoveryCode,
} from '../../authenticators/recovery-codes.ts';
import type { Owner } from '../../authenticators/owner.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain.close());

const house = (db = domain.db) => ({ db, vault: domain.vault, origin: ORIGIN });
const citizen = async (): Promise<Owner> => ({ kind: 'account', id: await domain.citizen() });
const ACCOUNT: { readonly kind: Owner['kind']; readonly id?: string } = { kind: 'account' };
let addresses = 0;
/** Each call from an address of its own, unless one is named. */
const guess = (
  code: string,
  {
    db = domain.db,
    owner = ACCOUNT,
    addressKey = `address-${(addresses += 1)}`,
    at = NOW,
    accept = async () => {},
  } = {},
) => useRecoveryCode(house(db), { code, owner, addressKey }, accept, at);
const isThrottled = { message: /too many recovery codes/ };

test.serial('ten codes, each good once, whatever way they are typed', async (t) => {
  const owner = await citizen();
  const codes = await makeRecoveryCodes(house(), owner, NOW);
  t.is(new Set(codes).size, 10);
  for (const code of codes) t.regex(code, /^(?:[A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
  const [first = '', second = ''] = codes;
  t.deepEqual(await guess(first), { outcome: 'right', owner, left: 9 });
  t.deepEqual(await guess(first), { outcome: 'wrong' });
  t.like(await guess(` ${second.toLowerCase().replaceAll('-', ' ')} `), { outcome: 'right', left: 8 });
  t.deepEqual(await recoveryCodesLeft(domain.db, owner), { left: 8, madeAt: NOW });
});

test.serial('nothing of a code can be read in the database', async (t) => {
  const codes = await makeRecoveryCodes(house(), await citizen(), NOW);
  const rows = JSON.stringify(await domain.db.rows(sql`select encode(locator_key, 'escape') as l, secret_hash from recovery_code`));
  for (const part of codes.flatMap((code) => code.split('-'))) t.false(rows.includes(part));
  t.regex(rows, /\$argon2id\$v=19\$m=47104,/);
}); // prettier-ignore

test.serial('a new set ends the one before it', async (t) => {
  const owner = await citizen();
  const [old = ''] = await makeRecoveryCodes(house(), owner, NOW);
  const [fresh = ''] = await makeRecoveryCodes(house(), owner, after(60));
  t.deepEqual(await guess(old), { outcome: 'wrong' });
  t.like(await guess(fresh), { outcome: 'right', left: 9 });
});

test.serial('two sets made at once at two brokers leave ten codes', async (t) => {
  const owner = await citizen();
  const sets = await Promise.all([makeRecoveryCodes(house(), owner, NOW), makeRecoveryCodes(house(domain.second), owner, NOW)]);
  t.is((await recoveryCodesLeft(domain.db, owner)).left, 10);
  const tried = await Promise.all(sets.map(([code = '']) => guess(code)));
  t.deepEqual(tried.map(({ outcome }) => outcome).sort(), ['right', 'wrong']);
}); // prettier-ignore

test.serial('one code sent twelve times at once to two brokers opens once', async (t) => {
  const owner = await citizen();
  const [, , , ...codes] = await makeRecoveryCodes(house(), owner, NOW);
  let accepted = 0;
  for (const code of codes.slice(0, 3)) {
    // Four a code: the fifth try of one code would be refused as a guess.
    const tried = await times(4, (i) =>
      guess(code, { db: i % 2 === 0 ? domain.db : domain.second, accept: async () => void (accepted += 1) }),
    );
    t.is(tried.filter(({ outcome }) => outcome === 'right').length, 1);
  }
  t.is(accepted, 3);
});

test.serial('what accepting refuses leaves the code unused', async (t) => {
  const [code = ''] = await makeRecoveryCodes(house(), await citizen(), NOW);
  const stop = async () => {
    throw new Error('stop');
  };
  await t.throwsAsync(guess(code, { accept: stop }), { message: 'stop' });
  t.like(await guess(code), { outcome: 'right' });
});

test.serial('a code of a locked account is a wrong code', async (t) => {
  const owner = await citizen();
  const [code = ''] = await makeRecoveryCodes(house(), owner, NOW);
  await domain.db.run(sql`update account set locked_at = ${NOW} where id = ${owner.id}`);
  t.deepEqual(await guess(code), { outcome: 'wrong' });
  await t.throwsAsync(makeRecoveryCodes(house(), owner, NOW), { message: /open account/ });
});

test.serial('a citizen\'s code opens nothing for staff, and nobody else\'s account', async (t) => {
  const [owner, other] = [await citizen(), await citizen()];
  const [code = ''] = await makeRecoveryCodes(house(), owner, NOW);
  t.deepEqual(await guess(code, { owner: { kind: 'staff' } }), { outcome: 'wrong' });
  t.deepEqual(await guess(code, { owner: { kind: 'account', id: other.id } }), { outcome: 'wrong' });
  t.like(await guess(code, { owner }), { outcome: 'right' });
}); // prettier-ignore

test.serial('five tries of one code a day, right ones included', async (t) => {
  const [code = ''] = await makeRecoveryCodes(house(), await citizen(), NOW);
  const wrong = `${code.slice(0, 10)}AAAA-AAAA`;
  const tried = await times(5, () => guess(wrong));
  t.true(tried.every(({ outcome }) => outcome === 'wrong'));
  await t.throwsAsync(guess(code), isThrottled);
  await t.throwsAsync(guess(code, { at: after(86_399) }), isThrottled);
  t.like(await guess(code, { at: after(86_401) }), { outcome: 'right' });
});

test.serial('thirty wrong codes an hour from one address; a right one costs nothing', async (t) => {
  const codes = await makeRecoveryCodes(house(), await citizen(), NOW);
  const addressKey = 'one address';
  for (const code of codes.slice(0, 3)) t.like(await guess(code, { addressKey }), { outcome: 'right' });
  const made = (n: number) => `ABCD-${String(n + 22).replaceAll(/[01]/g, '9')}AA-AAAA-AAAA`.padEnd(19, 'A');
  await times(30, (n) => guess(made(n), { addressKey }));
  await t.throwsAsync(guess('ZZZZ-ZZZZ-ZZZZ-ZZZZ', { addressKey }), isThrottled);
  t.like(await guess('ZZZZ-ZZZZ-ZZZZ-ZZZZ'), { outcome: 'wrong' }, 'from elsewhere');
});

test.serial('what no code looks like costs no try', async (t) => {
  for (const code of ['', 'x', '1234', 'ABCD-ABCD-ABCD-ABC', 'ABCD-ABCD-ABCD-ABC0', 'Ă'.repeat(16), 'A'.repeat(5_000)]) t.deepEqual(await guess(code, { addressKey: 'plain' }), { outcome: 'wrong' });
  const rows = await domain.db.rows(sql`select key from rate_limit where key = 'recovery-address:plain'`);
  t.deepEqual(rows, []);
}); // prettier-ignore
