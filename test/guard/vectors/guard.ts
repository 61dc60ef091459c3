// A guard that stands where a vector wants it: its clock, keys, catalogue and feed.

import { readFile } from 'node:fs/promises';
import { createGuard, parseCatalogue, type Guard } from '../../../packages/guard/guard.ts';
import { parseFeed } from '../../../packages/guard/sources/feed.ts';
import { vectorFolder } from '../make-vectors.ts';
import { checkFile, type CheckFile, type VectorCase } from './read.ts';

export async function readCheckVectors(): Promise<CheckFile> {
  return checkFile.parse(JSON.parse(await readFile(new URL('check.json', vectorFolder), 'utf8')));
}

export function guardFor(vectors: CheckFile, one: VectorCase): Guard {
  const { settings, clock, jwks } = vectors;
  const catalogue = parseCatalogue(vectors.catalogue);
  const feed = one.feed === null ? undefined : parseFeed(one.feed ?? vectors.feed);
  if (catalogue === undefined) throw new Error('the catalogue of the vectors is not readable');
  return createGuard({
    issuer: settings.issuer,
    audience: one.settings?.audience ?? settings.audience,
    baseUrl: settings.base_url,
    acrBase: settings.acr_base,
    now: () => new Date(clock * 1000),
    ...(one.nonce_secret === undefined ? {} : { nonceSecret: Buffer.from(one.nonce_secret, 'base64url') }),
    sources: {
      jwks: () => jwks,
      catalogue: () => catalogue,
      watermarks: () => {
        if (feed === undefined) throw new Error('no feed');
        return feed;
      },
    },
  });
}
