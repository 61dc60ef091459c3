import test from 'ava';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { openEnvelope } from '../../keys/envelope.ts';
import { uuidv7 } from '../../keys/uuid.ts';
import { blindIndex } from '../../keys/vault.ts';

const newKek = () => randomBytes(32).toString('base64url');
const envelope = openEnvelope(newKek());

test('what was sealed opens under its own label', (t) => {
  for (const plain of ['', 'Nguyễn Thị Minh An', '0'.repeat(10_000)])
    t.is(envelope.open('a/1/name', envelope.seal('a/1/name', plain)).toString(), plain);
});

test('sealing twice gives different bytes', (t) => {
  t.notDeepEqual(envelope.seal('x', 'same'), envelope.seal('x', 'same'));
});

test('a sealed value moved to another row or column does not open', (t) => {
  const sealed = envelope.seal('account/1/name', 'An');
  for (const label of ['account/2/name', 'account/1/number', '', 'account/1/name '])
    t.throws(() => envelope.open(label, sealed));
});

test('no bit of a sealed value can be changed', (t) => {
  const sealed = envelope.seal('x', 'secret');
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.throws(() => envelope.open('x', changed), undefined, `byte ${at}`);
  }
});

test('a cut-off or lengthened value does not open', (t) => {
  for (const plain of ['', 'secret']) {
    const sealed = envelope.seal('x', plain);
    for (let length = 0; length < sealed.length; length += 1)
      t.throws(() => envelope.open('x', sealed.subarray(0, length)), undefined, `${plain} ${length}`);
    t.throws(() => envelope.open('x', Buffer.concat([sealed, Buffer.from([0])])));
  }
});

test('after a change of the key-encryption key the old one still opens and the new one seals', (t) => {
  const [older, newer] = [newKek(), newKek()];
  const sealed = openEnvelope(older).seal('x', 'kept');
  const both = openEnvelope(newer, [older]);
  t.is(both.open('x', sealed).toString(), 'kept');
  t.throws(() => openEnvelope(older).open('x', both.seal('x', 'new')), { message: /unknown key/ });
});

test('a value of an unknown key is refused, and the message holds neither key nor value', (t) => {
  const kek = newKek();
  const error = t.throws(() => openEnvelope(kek).open('x', envelope.seal('x', 'hidden')), {
    message: /unknown key/,
  });
  t.false(error?.message.includes(kek));
});

test('a key of the wrong length is refused', (t) => {
  for (const kek of [
    '',
    'short',
    randomBytes(31).toString('base64url'),
    randomBytes(33).toString('base64url'),
  ])
    t.throws(() => openEnvelope(kek));
  t.throws(() => openEnvelope(newKek(), ['short']));
});

test('derived keys differ by use and by key, and are the same on every node', (t) => {
  const kek = newKek();
  t.deepEqual(openEnvelope(kek).derive('otp'), openEnvelope(kek).derive('otp'));
  t.notDeepEqual(openEnvelope(kek).derive('otp'), openEnvelope(kek).derive('seal'));
  t.notDeepEqual(openEnvelope(kek).derive('otp'), envelope.derive('otp'));
  const all = openEnvelope(newKek(), [kek]).deriveAll('otp');
  t.is(all.length, 2);
  t.deepEqual(all[1]?.key, openEnvelope(kek).derive('otp'));
  t.deepEqual(all[1]?.id, openEnvelope(kek).deriveAll('otp')[0]?.id);
});

const vectors = z.object({
  uniquenessKey: z.object({
    testKeyHex: z.string(),
    vectors: z.array(z.object({ personalNumber: z.string(), expect: z.string() })),
  }),
});
test('the uniqueness key of a personal number agrees with the contract', async (t) => {
  const file = await readFile(new URL('../vectors/personal-number.json', import.meta.url), 'utf8');
  const { uniquenessKey } = vectors.parse(JSON.parse(file));
  const key = Buffer.from(uniquenessKey.testKeyHex, 'hex');
  t.true(uniquenessKey.vectors.length > 0);
  for (const { personalNumber, expect } of uniquenessKey.vectors)
    t.is(blindIndex(key, personalNumber).toString('hex'), expect);
});

test('ids made later sort later, and carry version and variant', (t) => {
  const [one, two] = [
    uuidv7(new Date('2026-11-22T08:00:00.000Z')),
    uuidv7(new Date('2026-11-22T08:00:00.001Z')),
  ];
  t.true(one < two);
  t.regex(one, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
