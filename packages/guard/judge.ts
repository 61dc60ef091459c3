// The steps of protocol §10 in their order: the first that finds something is the answer.

import type { CatalogueAction, Decision } from '../../policies/decide.ts';
import { isFinding, type Finding } from './answer.ts';
import { sha256 } from './jws.ts';
import type { Settings } from './options.ts';
import type { GuardRequest } from './request.ts';
import type { Sources } from './sources/sources.ts';
import { createTokenCache, type TokenCache } from './sources/token-cache.ts';
import { checkTimes, readClaims, type TokenFacts } from './steps/claims.ts';
import { readCredentials } from './steps/credentials.ts';
import { decideFor } from './steps/decision.ts';
import { readKeyBinding } from './steps/key-binding.ts';
import { checkProof, type ProofRules } from './steps/proof.ts';
import { verifySignature } from './steps/signature.ts';
import { checkWatermark } from './steps/watermark.ts';

/** What is known when the steps are over: a finding, or a decision about a verified token. */
export type Judgement =
  | { readonly finding: Finding; readonly token?: TokenFacts }
  | {
      readonly decision: Decision;
      readonly token: TokenFacts;
      readonly action: CatalogueAction | undefined;
      readonly policy: string;
    };

export type Judge = (request: GuardRequest, action: string, at: Date) => Promise<Judgement>;

export function createJudge(settings: Settings, sources: Sources, proofRules: ProofRules): Judge {
  const cache = createTokenCache();
  return async (request, name, at) => {
    const nowSeconds = Math.floor(at.getTime() / 1000);
    const credentials = readCredentials(request);
    if (isFinding(credentials)) return { finding: credentials };
    const catalogue = await sources.catalogue();
    if (catalogue === undefined)
      return { finding: { row: 'unavailable', why: 'the catalogue is not available' } };
    const action = actionOf(catalogue.actionByName.get(name), settings.audience);
    const isOpaque = catalogue.serviceById.get(settings.audience)?.tokens === 'opaque';
    const tokenHash = sha256(credentials.token);

    const token = isOpaque
      ? await introspect(credentials.token, action, sources, settings)
      : await verifyJwt(credentials.token, tokenHash, { cache, sources, settings, at });
    if (isFinding(token)) return { finding: token };
    const untimely = checkTimes(token, nowSeconds);
    if (untimely !== undefined) return { finding: untimely };

    const bound = readKeyBinding(token, credentials);
    if (isFinding(bound)) return { finding: bound, token };
    const proofFinding = await checkProof(request, { ath: tokenHash, jkt: bound.jkt }, proofRules, at);
    if (proofFinding !== undefined) return { finding: proofFinding, token };
    const ended = checkWatermark(token, action, await sources.watermarks(), nowSeconds);
    if (ended !== undefined) return { finding: ended, token };

    const decision = decideFor(action, token, nowSeconds, settings.acrBase);
    return { decision, token, action, policy: catalogue.version };
  };
}

// An action of another service is as unknown here as one that does not exist.
function actionOf(action: CatalogueAction | undefined, audience: string): CatalogueAction | undefined {
  return action?.service === audience ? action : undefined;
}

type JwtGround = {
  readonly cache: TokenCache;
  readonly sources: Sources;
  readonly settings: Settings;
  readonly at: Date;
};

async function verifyJwt(
  token: string,
  tokenHash: string,
  { cache, sources, settings, at }: JwtGround,
): Promise<TokenFacts | Finding> {
  const known = cache.get(tokenHash, at);
  if (known !== undefined) return known;
  const verified = await verifySignature(token, 'at+jwt', sources.keys);
  if (isFinding(verified)) return verified;
  const { issuer, audience } = settings;
  const facts = readClaims(verified.payload, { issuer, audience, needsJti: true });
  if (!isFinding(facts)) cache.put(tokenHash, facts, at);
  return facts;
}

async function introspect(
  token: string,
  action: CatalogueAction | undefined,
  sources: Sources,
  { issuer, audience }: Settings,
): Promise<TokenFacts | Finding> {
  if (sources.introspect === undefined)
    return { row: 'unavailable', why: 'this service has no client for introspection' };
  const answered = await sources.introspect(token, action !== undefined && action.risk !== 'high');
  if (isFinding(answered)) return answered;
  return readClaims(answered.payload, { issuer, audience, needsJti: false });
}
