// Trust anchors as files: NAME.der or NAME.pem, and beside each a NAME.json that pins its SHA-256 and
// says where it came from. A file without its pin, or changed since, stops the start: an anchor
// that somebody slipped in would vouch for any card.

import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Refusal } from '../../errors.ts';
import { isVietnam } from './certificate.ts';
import { anchorOf, derOf } from './trust.ts';
import type { CardTrust, TrustAnchor } from './trust.ts';

const pin = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  provenance: z.string().min(3).max(500),
  addedAt: z.iso.datetime(),
});
const CERTIFICATE = /\.(der|cer|crt|pem)$/;

/** Without a directory nothing is trusted. @throws Refusal invalid for a file that does not fit its pin */
export async function openCardTrust(
  directory: string | undefined,
  { tests = 'refused' }: { tests?: 'refused' | 'accepted' } = {},
): Promise<CardTrust> {
  if (directory === undefined) return { anchors: [] };
  const names = (await list(directory)).filter((name) => CERTIFICATE.test(name)).toSorted();
  return { anchors: await Promise.all(names.map((name) => readAnchor(directory, name, tests))) };
}

/** Adds a certificate: a copy named after its hash, and its pin. @throws Refusal invalid, conflict */
export async function addAnchor(
  directory: string,
  { file, provenance }: { file: Buffer; provenance: string },
  now: Date,
): Promise<TrustAnchor> {
  const der = derOf(file);
  const anchor = anchorOf(der, { provenance, tests: 'refused' });
  const { certificate, sha256 } = anchor;
  if (!certificate.isCa) throw new Refusal('invalid', 'this certificate may not sign certificates', { reason: 'csca_not_ca' }); // prettier-ignore
  if (certificate.key === undefined) throw new Refusal('invalid', 'its key is of a kind or size that is not taken', { reason: 'csca_key' }); // prettier-ignore
  if (!isVietnam(certificate.subjectCountry)) throw new Refusal('invalid', 'its country is not VN', { reason: 'csca_country' }); // prettier-ignore
  if (certificate.to < now) throw new Refusal('invalid', 'it has expired', { reason: 'csca_expired' });
  const record = pin.safeParse({ sha256, provenance, addedAt: now.toISOString() });
  if (!record.success) throw new Refusal('invalid', 'say where it came from, in 3 to 500 characters', { reason: 'csca_provenance' }); // prettier-ignore
  await mkdir(directory, { recursive: true });
  const path = join(directory, sha256.slice(0, 16));
  // The pin first: a certificate without one stops the start, a pin without its certificate does nothing.
  await writeNew(`${path}.json`, `${JSON.stringify(record.data, null, 2)}\n`);
  await writeNew(`${path}.der`, der);
  return anchor;
}

async function readAnchor(
  directory: string,
  name: string,
  tests: 'refused' | 'accepted',
): Promise<TrustAnchor> {
  const pinned = await readPin(join(directory, name.replace(CERTIFICATE, '.json')));
  if (pinned === undefined) throw new Refusal('invalid', `${name}: no pin beside it`, { reason: 'csca_pin' });
  const anchor = anchorOf(derOf(await readFile(join(directory, name))), {
    provenance: pinned.provenance,
    tests,
  });
  if (anchor.sha256 !== pinned.sha256) throw new Refusal('invalid', `${name}: not the file that was pinned`, { reason: 'csca_pin' }); // prettier-ignore
  if (!anchor.certificate.isCa) throw new Refusal('invalid', `${name}: may not sign certificates`, { reason: 'csca_not_ca' }); // prettier-ignore
  return anchor;
}

async function readPin(path: string): Promise<z.infer<typeof pin> | undefined> {
  try {
    return pin.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new Refusal('invalid', 'the directory of trust anchors cannot be read', {
      reason: 'csca_dir',
      cause,
    });
  }
}

async function writeNew(path: string, content: string | Buffer): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx' });
  } catch (cause) {
    throw new Refusal('conflict', 'this certificate is there already, or the directory cannot be written', { reason: 'csca_file', cause }); // prettier-ignore
  }
}
