import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { addAnchor, openCardTrust } from '../../cards/chip/trust-directory.ts';
import { anchorOf, derOf } from '../../cards/chip/trust.ts';
import { makeAuthority, makeSigner } from '../../sandbox/cards/certificates.ts';
import type { CertificateWishes } from '../../sandbox/cards/certificates.ts';

// Who may vouch for cards: files, each pinned by its hash and its origin.

const NOW = new Date('2026-11-22T08:00:00.000Z');
const provenance = 'handed over by C06 on 2026-11-20, minutes 12/BB';
let folder: string;
let count = 0;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tnid-csca-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

const fresh = () => join(folder, `dir-${(count += 1)}`);
// Certificates of a real authority cannot be in a test: one without the mark of the sandbox stands for them.
const genuine = (wishes: CertificateWishes = {}) => makeAuthority({ organisation: 'Kiểm tra', commonName: 'CSCA', ...wishes }).der; // prettier-ignore
const pem = (der: Buffer) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`; // prettier-ignore

const tnid = (words: string[], env: Record<string, string>) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile('bin/tnid', words, { env: { PATH: process.env['PATH'], ...env } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });

test('a certificate is added from DER or PEM, listed, and trusted after a restart', async (t) => {
  const directory = fresh();
  const [one, other] = [genuine(), genuine()];
  const path = join(folder, 'csca.pem');
  await writeFile(path, pem(one));
  const added = await tnid(['csca', 'add', path, '--provenance', provenance], { TNID_CSCA_DIR: directory });
  t.is(added.code, 0, added.err);
  t.true(added.out.includes(createHash('sha256').update(one).digest('hex')));
  await addAnchor(directory, { file: other, provenance }, NOW);
  const listed = await tnid(['csca', 'list'], { TNID_CSCA_DIR: directory });
  t.is(listed.code, 0, listed.err);
  t.is(listed.out.split(provenance).length, 3);
  t.is((await openCardTrust(directory)).anchors.length, 2);
  t.is((await readdir(directory)).length, 4);
});

test('no directory is no trust; a directory that cannot be read stops the start', async (t) => {
  t.deepEqual(await openCardTrust(undefined), { anchors: [] });
  await t.throwsAsync(openCardTrust(join(folder, 'absent')), { message: /cannot be read/ });
  t.is((await tnid(['csca', 'list'], {})).code, 1);
});

const refused: readonly [what: string, reason: string, file: () => Buffer][] = [
  ['marked TEST ONLY', 'csca_test_only', () => makeAuthority().der],
  ['no certificate', 'csca_file', () => Buffer.from('hello')],
  ['broken DER', 'csca_file', () => genuine().subarray(0, 200)],
  ['two certificates in one file', 'csca_file', () => Buffer.from(pem(genuine()) + pem(genuine()))],
  ['no authority', 'csca_not_ca', () => genuine({ ca: false })],
  ['a foreign one', 'csca_country', () => genuine({ country: 'UT' })],
  ['an expired one', 'csca_expired', () => genuine({ to: new Date('2026-01-01T00:00:00Z') })],
  ['a small key', 'csca_key', () => genuine({ signing: { scheme: 'rsa', hash: 'sha256', bits: 1024 } })],
];
for (const [what, reason, file] of refused) {
  test(`${what}: refused (${reason}), and nothing is written`, async (t) => {
    const directory = fresh();
    await t.throwsAsync(addAnchor(directory, { file: file(), provenance }, NOW), { any: true });
    const error = await addAnchor(directory, { file: file(), provenance }, NOW).catch(
      (caught: unknown) => caught,
    );
    t.like(error, { kind: 'invalid', reason });
    t.deepEqual(await readdir(directory).catch(() => []), []);
  });
}

test('the same certificate twice is a conflict; without provenance there is none', async (t) => {
  const directory = fresh();
  const file = genuine();
  await addAnchor(directory, { file, provenance }, NOW);
  await t.throwsAsync(addAnchor(directory, { file, provenance }, NOW), { message: /there already/ });
  await t.throwsAsync(addAnchor(fresh(), { file, provenance: ' ' }, NOW), { message: /where it came from/ });
});

test('a file slipped in, or changed since it was pinned, stops the start', async (t) => {
  const directory = fresh();
  await addAnchor(directory, { file: genuine(), provenance }, NOW);
  await writeFile(join(directory, 'slipped.der'), genuine());
  await t.throwsAsync(openCardTrust(directory), { message: /slipped\.der: no pin/ });
  await rm(join(directory, 'slipped.der'));
  const [name = ''] = (await readdir(directory)).filter((one) => one.endsWith('.der'));
  await writeFile(join(directory, name), genuine());
  await t.throwsAsync(openCardTrust(directory), { message: /not the file that was pinned/ });
});

test('a test certificate pinned by hand is refused all the same; only the sandbox takes it', async (t) => {
  const directory = fresh();
  await addAnchor(directory, { file: genuine(), provenance }, NOW);
  const { der } = makeAuthority();
  await writeFile(join(directory, 'test.der'), der);
  const sha256 = createHash('sha256').update(der).digest('hex');
  await writeFile(
    join(directory, 'test.json'),
    JSON.stringify({ sha256, provenance, addedAt: NOW.toISOString() }),
  );
  await t.throwsAsync(openCardTrust(directory), { message: /made for tests/ });
  t.is((await openCardTrust(directory, { tests: 'accepted' })).anchors.length, 2);
});

test('a signer is no anchor, and DER comes back from PEM unchanged', (t) => {
  const authority = makeAuthority();
  t.false(anchorOf(makeSigner(authority).der, { provenance, tests: 'accepted' }).certificate.isCa);
  t.deepEqual(derOf(Buffer.from(pem(authority.der))), authority.der);
});
