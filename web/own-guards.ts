// The broker is a service to itself: our own endpoints check their tokens with the guard that services
// use, over catalogues of our own.

import { createGuard } from '../packages/guard/guard.ts';
import type { Guard, ReplayStore } from '../packages/guard/guard.ts';
import { publicKeySet } from '../keys/signing-keys.ts';
import { apiAudience, apiCatalogue } from '../provider/api.ts';
import { meAudience, meCatalogue, meMetadataUrl } from '../provider/own-api.ts';
import type { Site } from './site.ts';

export type OwnGuards = {
  /** For services: watermark feed, evaluation, signals, decisions. */
  readonly services: Guard;
  /** For a citizen's own app. */
  readonly me: Guard;
};

type House = Pick<Site, 'issuer' | 'acrBase' | 'clock' | 'tokenKeys' | 'catalogue'>;

export function createOwnGuards(
  { issuer, acrBase, clock, tokenKeys, catalogue }: House,
  replay: ReplayStore,
): OwnGuards {
  const guardOf = (
    audience: string,
    own: ReturnType<typeof apiCatalogue>,
    more: { resourceMetadataUrl?: string } = {},
  ) =>
    createGuard({
      ...more,
      issuer,
      audience,
      baseUrl: issuer,
      acrBase,
      now: clock,
      replay,
      sources: {
        jwks: () => publicKeySet(tokenKeys),
        catalogue: () => own,
        // What has ended is looked up in the database at each call, so no feed is needed here.
        watermarks: () => ({ as_of: Math.floor(clock().getTime() / 1000), entries: [] }),
      },
    });
  return {
    services: guardOf(apiAudience(issuer), apiCatalogue(issuer, catalogue.version)),
    me: guardOf(meAudience(issuer), meCatalogue(issuer, catalogue.version), {
      resourceMetadataUrl: meMetadataUrl(issuer),
    }),
  };
}
