// Which purposes a request touches, and which of them still need the person's own answer. Pure.

import type { CataloguePurpose, CatalogueService } from '../catalogue/catalogue.ts';
import { isClaimScope, servesClaims } from '../policies/claims.ts';

export type Decision = { readonly id: string; readonly version: number; readonly state: string };
/** `untilMs`: the 16th birthday, on what was decided for a child; Unix milliseconds. */
export type KeptDecision = Decision & { readonly untilMs: number | null };

/**
 * The decisions that count now. For a child only what was decided with the representative, and only
 * until the 16th birthday: what a child agreed to alone before we knew the age does not stand, and what
 * a representative decided does not bind the grown person, who is asked anew.
 */
export const countedDecisions = (
  kept: readonly KeptDecision[],
  { isChild, now }: { isChild: boolean; now: Date },
): readonly Decision[] =>
  kept.filter(({ untilMs }) => (isChild ? untilMs !== null && untilMs > now.getTime() : untilMs === null));

/**
 * The purposes shown for these scopes: those that the scopes' actions rest on, and the service's
 * voluntary ones that no action needs (a notice by message, say). Personal claims are asked for alone
 * (provider/resource-servers.ts): then the purposes that list their data.
 */
export function purposesFor(
  service: CatalogueService,
  scopes: readonly string[],
): readonly CataloguePurpose[] {
  if (scopes.some(isClaimScope)) return service.purposes.filter((purpose) => servesClaims(purpose, scopes));
  const used = new Set<string | undefined>();
  const resting = new Set<string | undefined>();
  for (const action of service.actions) {
    const purposes = [action.require.consent?.purpose, action.lawfulPurpose];
    for (const purpose of purposes) resting.add(purpose);
    if (action.require.scopes.some((scope) => scopes.includes(scope)))
      for (const purpose of purposes) used.add(purpose);
  }
  return service.purposes.filter(
    (purpose) => used.has(purpose.id) || (!resting.has(purpose.id) && purpose.basis === 'consent'),
  );
}

/** The purposes that must be asked now. `again`: the client asked for the consent page by `prompt=consent`. */
export function purposesToAsk(
  shown: readonly CataloguePurpose[],
  decisions: readonly Decision[],
  { again }: { again: boolean },
): readonly CataloguePurpose[] {
  return shown.filter((purpose) => purpose.basis === 'consent' && (again || !isDecided(purpose, decisions)));
}

/** The purposes whose consent stands at today's wording. */
export function givenPurposes(service: CatalogueService, decisions: readonly Decision[]): readonly string[] {
  return service.purposes
    .filter((purpose) =>
      decisions.some(
        (decision) =>
          decision.id === purpose.id && decision.version === purpose.version && isLive(decision.state),
      ),
    )
    .map((purpose) => purpose.id);
}

export const isLive = (state: string) => state === 'given' || state === 'renewed';

// A refusal stands until the text changes or the client asks again: no nagging. A needed purpose
// that was withdrawn is asked anew, because the person has come back for the thing that needs it.
function isDecided(purpose: CataloguePurpose, decisions: readonly Decision[]): boolean {
  const decision = decisions.find((one) => one.id === purpose.id && one.version === purpose.version);
  if (decision === undefined) return false;
  return (
    isLive(decision.state) ||
    decision.state === 'refused' ||
    (decision.state === 'withdrawn' && !purpose.needed)
  );
}
