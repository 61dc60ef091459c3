// The citizen's answer to an operator's request, in the protocol's terms: consent, grant and the result
// that the desk's next question finds, in one transaction with the row of assisted/.

import type { Context } from 'koa';
import { errors } from 'oidc-provider';
import { takeAnswer } from '../assisted/answer.ts';
import type { AssistedRequest } from '../assisted/answer.ts';
import { sessionFacts } from '../assurance/level.ts';
import type { Standing } from '../assurance/level.ts';
import type { CataloguePurpose, CatalogueService } from '../catalogue/catalogue.ts';
import { noticeBytes, recordAnswer } from '../consent/give.ts';
import { purposesFor, purposesToAsk } from '../consent/purposes.ts';
import { consentForToken, standingConsent } from '../consent/standing.ts';
import type { StandingConsent } from '../consent/standing.ts';
import { Refusal } from '../errors.ts';
import { mayBeAssisted } from '../policies/assisted.ts';
import { releasableScopes } from '../policies/decide.ts';
import { acrOf } from '../policies/level.ts';
import { wantedLevel } from '../policies/wanted-level.ts';
import type { WantedLevel } from '../policies/wanted-level.ts';
import type { ChallengeHouse } from './challenge/house.ts';
import { saveGrant } from './grants.ts';
import { standingFor } from './level-prompt.ts';
import { evidenceOf } from './visit/evidence.ts';
import { noticeHash } from './visit/notice-shown.ts';

/** An answer is worth nothing when the desk cannot use it any more: this much of the proof's age is left for its call. */
const USABLE_SECONDS = 120;

/** What has to be true before a yes counts, as it stands now. */
export type Terms = {
  readonly service: CatalogueService;
  readonly wanted: Extract<WantedLevel, { outcome: 'wanted' }>;
  readonly consent: StandingConsent | undefined;
  /** Purposes the citizen has to decide about. */
  readonly open: readonly CataloguePurpose[];
  /** The notice has to be shown: something is open, or this desk's notice for the service never was. */
  readonly noticeNeeded: boolean;
};

/** @throws Refusal missing: the catalogue does not know it any more, or not as something for the telephone */
export async function termsOf(
  house: ChallengeHouse,
  { request, accountId }: { request: AssistedRequest; accountId: string },
  now: Date,
): Promise<Terms> {
  const { clientId, serviceId, scopes, acrValues, maxAge } = request;
  const service = house.catalogue.serviceById.get(serviceId);
  const level = { acrValues, maxAge: maxAge === undefined ? undefined : String(maxAge), scopes };
  const wanted = wantedLevel(level, house.catalogue, house.acrBase);
  const facts = await house.findClient(clientId);
  const isStillAsked = facts?.desk !== undefined && scopes.every((scope) => facts.desk?.scopes.includes(scope)); // prettier-ignore
  if (service === undefined || wanted.outcome === 'unmet' || !isStillAsked || !mayBeAssisted(house.catalogue, scopes))
    throw new Refusal('missing', 'the request stands for nothing now'); // prettier-ignore
  const consent = await standingConsent(house, { accountId, clientId, service }, now);
  const decisions = consent?.decisions ?? [];
  const shown = purposesFor(service, scopes);
  const undecided = purposesToAsk(shown, decisions, { again: false });
  // Refused before, and yet it is what this request cannot do without: asked once more, because somebody
  // on the telephone wants to be helped with it now.
  const open = shown.filter(
    (purpose) =>
      undecided.includes(purpose) ||
      (purpose.basis === 'consent' && purpose.needed && consent?.purposes.includes(purpose.id) !== true),
  );
  return { service, wanted, consent, open, noticeNeeded: consent === undefined || open.length > 0 };
}

/** What a launch has yet to prove, and how old the proof may be (seconds). */
export type Lacking = { readonly acr: string; readonly maxAge: number | undefined };

/** What this launch has proven, where that is enough for a yes. */
export async function proofFor(
  house: ChallengeHouse,
  { wanted, accountId, sessionUid }: Pick<Terms, 'wanted'> & { accountId: string; sessionUid: string },
  now: Date,
): Promise<Standing | Lacking> {
  const maxAge = usableAge(wanted.maxAgeSeconds);
  const facts = await sessionFacts(house.db, { sessionUid, accountId }, now);
  const question = { wanted: { ...wanted, maxAgeSeconds: maxAge }, params: {}, begunAt: undefined };
  return standingFor(question, now, facts) ?? { acr: acrOf(wanted.level, house.acrBase), maxAge };
}

const usableAge = (seconds: number | undefined) =>
  seconds === undefined ? undefined : Math.max(seconds - USABLE_SECONDS, Math.floor(seconds / 2));

export type Approval = {
  readonly request: AssistedRequest;
  readonly terms: Terms;
  readonly accountId: string;
  /** The launch that answers; its proofs are those of the token. */
  readonly sessionUid: string;
  readonly stands: Standing;
  /** `hash`: of the notice that was on the screen. `purposes`: what was agreed to of what was asked. */
  readonly notice: { readonly hash: string | undefined; readonly purposes: readonly string[]; readonly lang: 'vi' | 'en' }; // prettier-ignore
};

/**
 * The desk may fetch its token. Once; of several at the same time one wins.
 * @throws Refusal conflict: answered meanwhile, or another wording · invalid: a purpose that was not asked, or
 *   one is missing without which nothing could be done · forbidden `guardian`: not this person's to give alone
 */
export async function approve(house: ChallengeHouse, ctx: Context, yes: Approval, now: Date): Promise<void> {
  const { request, terms, accountId, sessionUid, stands } = yes;
  const { service } = terms;
  const { clientId, scopes } = request;
  const provider = house.provider();
  await house.db.transaction(async () => {
    await takeAnswer(house, { request, accountId, state: 'approved' }, now);
    if (terms.noticeNeeded) await agree(house, ctx, yes, now);
    const consent = await consentForToken(house, { accountId, clientId, service }, now);
    const purposes = consent?.purposes ?? [];
    const carried = releasableScopes(service, { level: 2, purposes });
    if (scopes.some((scope) => !carried.includes(scope)))
      throw new Refusal('invalid', 'a purpose is missing without which nothing can be done');
    const asked = { accountId, clientId, oidcScopes: ['openid'], service, scopes };
    const grant = await saveGrant(provider, undefined, asked, purposes);
    const acr = acrOf(stands.level === 2 ? 2 : 1, house.acrBase);
    const result = { acr, amr: [...stands.amr], ...(stands.authTime === undefined ? {} : { authTime: stands.authTime }), sessionUid }; // prettier-ignore
    await provider.backchannelResult(await waiting(house, request), grant, result);
  });
}

async function agree(
  house: ChallengeHouse,
  ctx: Context,
  { request, terms, accountId, stands, notice }: Approval,
  now: Date,
): Promise<void> {
  const { service, open } = terms;
  const { clientId, scopes } = request;
  const bytes = noticeBytes(service, scopes, notice.lang);
  if (notice.hash !== noticeHash(bytes)) throw new Refusal('conflict', 'another wording was on the screen');
  if (notice.purposes.some((id) => !open.some((purpose) => purpose.id === id)))
    throw new Refusal('invalid', 'a purpose that was not asked');
  await recordAnswer(
    house,
    {
      accountId,
      clientId,
      serviceId: service.id,
      scopes,
      asked: open.map(({ id }) => id),
      choices: Object.fromEntries(
        open.map(({ id }) => [id, notice.purposes.includes(id) ? ('given' as const) : ('refused' as const)]),
      ),
      notice: { bytes, language: notice.lang },
      acr: acrOf(stands.level === 2 ? 2 : 1, house.acrBase),
      evidence: evidenceOf(house, ctx, `assisted/${request.id}`),
    },
    now,
  );
}

/** The desk hears `access_denied`. @throws Refusal conflict: answered meanwhile */
export async function deny(
  house: ChallengeHouse,
  { request, accountId }: { request: AssistedRequest; accountId: string },
  now: Date,
): Promise<void> {
  await house.db.transaction(async () => {
    await takeAnswer(house, { request, accountId, state: 'denied' }, now);
    const no = new errors.AccessDenied('the citizen said no');
    await house.provider().backchannelResult(await waiting(house, request), no);
  });
}

async function waiting(house: ChallengeHouse, { requestId }: AssistedRequest) {
  const found = await house.provider().BackchannelAuthenticationRequest.find(requestId);
  if (found === undefined) throw new Refusal('conflict', 'the request is over');
  return found;
}
