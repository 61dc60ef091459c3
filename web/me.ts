// The account's own API ({iss}/me, protocol design 7): what the mini app shows a person of themself. The
// same verbs as the pages of /toi stand behind it.

import Router from '@koa/router';
import { findProfile } from '../accounts/profile.ts';
import { LONGEST_PROOF_SECONDS } from '../assurance/level.ts';
import { findChildBirthdate } from '../consent/guardianship.ts';
import { Refusal } from '../errors.ts';
import { maskPersonalNumber } from '../policies/personal-number.ts';
import { maskPhoneNumber } from '../policies/phone-number.ts';
import { recentNotices } from '../safety/notices.ts';
import { wordsOf } from '../views/words/words.ts';
import { identityOf } from './account.ts';
import { mePreflight, meRoute } from './me-caller.ts';
import type { MeCaller } from './me-caller.ts';
import { meConsentRoutes } from './me-consents.ts';
import { meDeviceRoutes } from './me-devices.ts';
import { meReadRoutes } from './me-reads.ts';
import type { OwnGuards } from './own-guards.ts';
import type { Site } from './site.ts';

export function meRoutes(site: Site, guards: OwnGuards): Router {
  const router = new Router();
  // Of every room under /me.
  router.options(/^\/me(?:\/[\w./-]*)?$/, mePreflight);
  router.get(
    '/me',
    meRoute(site, guards.me, (_ctx, me) => about(site, me)),
  );
  for (const room of [
    meConsentRoutes(site, guards),
    meDeviceRoutes(site, guards),
    meReadRoutes(site, guards),
  ])
    router.use(room.routes());
  return router;
}

async function about(site: Site, { accountId, stands, endsAt, lang }: MeCaller): Promise<object> {
  const now = site.clock();
  const profile = await findProfile(site.db, site.vault, accountId);
  if (profile === undefined) throw new Refusal('missing', 'no such account');
  const { phone, binding, greeting } = profile;
  const verifiedAt =
    stands.level === 2 && stands.authTime !== undefined ? new Date(stands.authTime * 1000) : undefined;
  const notices = await recentNotices(site.db, accountId, now);
  const birthdate = await findChildBirthdate(site.db, site.vault, accountId, now);
  const identity = binding && identityOf(binding, now);
  return {
    name: greeting,
    level: stands.level,
    verified_at: verifiedAt,
    valid_until:
      verifiedAt && new Date(Math.min(endsAt.getTime(), verifiedAt.getTime() + LONGEST_PROOF_SECONDS * 1000)),
    identity: identity && {
      source: identity.source,
      since: identity.at,
      until: identity.until,
      state: identity.state,
    },
    phone_masked: phone === undefined ? undefined : maskPhoneNumber(phone),
    personal_number_masked:
      binding?.personalNumber === undefined ? undefined : maskPersonalNumber(binding.personalNumber),
    notices: notices.map(({ at, kind }) => ({ at, title: wordsOf(lang).notices.kinds[kind] })),
    is_child: birthdate !== undefined,
  };
}
