// What a sign-in needs to know about consent: is something unanswered, and who has to answer it.

import { findEndedIn } from '../../consent/guardian-request.ts';
import { findChildBirthdate } from '../../consent/guardianship.ts';
import { purposesFor, purposesToAsk } from '../../consent/purposes.ts';
import type { StandingConsent } from '../../consent/standing.ts';
import { isConsentMissing } from '../grants.ts';
import type { GrantRequest } from '../grants.ts';
import { hadPrompt } from '../level-prompt.ts';
import type { ProviderHouse } from '../house.ts';

/** Whether the consent page comes next, and whether it is the representative's to answer. */
export async function consentFacts(
  house: ProviderHouse,
  facts: {
    readonly request: GrantRequest;
    readonly consent: StandingConsent | undefined;
    readonly params: Readonly<Record<string, unknown>>;
    /** The interaction. */
    readonly uid: string;
    /** Unix seconds at which the interaction began. */
    readonly begunAt: number;
  },
  now: Date,
): Promise<{ consentMissing: boolean; guardianMissing: boolean }> {
  const { request, consent, params } = facts;
  const again = hadPrompt(params, 'consent');
  const consentMissing = isConsentMissing(request, consent, again);
  const { service, scopes, accountId, clientId } = request;
  if (!consentMissing || service === undefined) return { consentMissing, guardianMissing: false };
  const asked = purposesToAsk(purposesFor(service, scopes), consent?.decisions ?? [], { again });
  // What rests on law is shown for information: a child reads it as everybody does.
  if (asked.length === 0) return { consentMissing, guardianMissing: false };
  if ((await findChildBirthdate(house.db, house.vault, accountId, now)) === undefined)
    return { consentMissing, guardianMissing: false };
  // Answered in this very sign-in: not asked again, whatever the answer was.
  const where = { childAccountId: accountId, clientId, serviceId: service.id };
  const visit = { visit: facts.uid, begunAt: new Date(facts.begunAt * 1000) };
  const answered = (await findEndedIn(house, where, visit)) === 'answered';
  return { consentMissing: !answered, guardianMissing: !answered };
}
