// What a citizen agrees to before the hotline may answer about them: the purposes of its service that
// actions of level 1 ask consent for. Agreed to in the app, for the hotline as the client.

import { createHash } from 'node:crypto';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import { noticeBytes, recordAnswer } from '../consent/give.ts';
import type { Answer, House } from '../consent/give.ts';
import { standingConsent } from '../consent/standing.ts';
import { releasableScopes } from '../policies/decide.ts';

export type Offer = {
  readonly service: CatalogueService;
  readonly scopes: readonly string[];
  readonly purposes: CatalogueService['purposes'];
};

/** The scopes that may ever go to the hotline: level 1, and resting on a consent. */
export function offerOf(service: CatalogueService): Offer {
  const ids = new Set(
    service.actions.flatMap(({ require }) =>
      require.level === 1 && require.consent !== undefined ? [require.consent.purpose] : [],
    ),
  );
  const purposes = service.purposes.filter(({ id }) => ids.has(id));
  const asking = service.actions.filter(({ require }) => ids.has(require.consent?.purpose ?? ''));
  const released = releasableScopes({ actions: asking }, { level: 1, purposes: [...ids] });
  // A scope that another action carries at level 2 stays out.
  const everywhere = releasableScopes(service, { level: 1, purposes: [...ids] });
  // Narrowed, so that the notice speaks of these purposes and of nothing else.
  return { service: { ...service, purposes }, scopes: released.filter((scope) => everywhere.includes(scope)), purposes }; // prettier-ignore
}

/** The notice as shown, byte for byte, and the name by which the answer refers to it. */
export function offerNotice({ service, scopes }: Offer, language: 'vi' | 'en') {
  const bytes = noticeBytes(service, scopes, language);
  return { bytes, version: createHash('sha256').update(bytes).digest('base64url') };
}

/** Records the answer, a choice a purpose; silence refuses. @throws Refusal forbidden `guardian` */
export async function agree(
  house: House,
  answer: Pick<Answer, 'accountId' | 'clientId' | 'notice' | 'acr' | 'evidence'> & {
    readonly offer: Offer;
    readonly given: readonly string[];
  },
  now: Date,
): Promise<void> {
  const { offer, given, ...rest } = answer;
  const asked = offer.purposes.map(({ id }) => id);
  const choices = Object.fromEntries(
    asked.map((id) => [id, given.includes(id) ? ('given' as const) : ('refused' as const)]),
  );
  await recordAnswer(
    house,
    { ...rest, serviceId: offer.service.id, scopes: offer.scopes, asked, choices },
    now,
  );
}

/** Whether anything of the offer stands for this client, now. */
export async function isAgreed(
  house: Pick<House, 'db' | 'vault'>,
  { offer, accountId, clientId }: { offer: Offer; accountId: string; clientId: string },
  now: Date,
): Promise<boolean> {
  const standing = await standingConsent(house, { accountId, clientId, service: offer.service }, now);
  return offer.purposes.some(({ id }) => standing?.purposes.includes(id));
}
