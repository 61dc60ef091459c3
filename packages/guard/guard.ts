// What a service of the province installs to know who is calling and whether they may. One question,
// `check(request, action)`; every check is a file in steps/, in the order of protocol §10, and
// whatever cannot be established refuses.

import type { CatalogueAction, Decision } from '../../policies/decide.ts';
import type { Level } from '../../policies/level.ts';
import { answerDecision, answerFinding, isFinding, type Answer, type Finding } from './answer.ts';
import { readSettings, type GuardOptions, type Settings } from './options.ts';
import type { GuardRequest } from './request.ts';
import { createNonceMint } from './sources/nonce.ts';
import { createMemoryReplayStore } from './sources/replay.ts';
import { createSources, type Sources } from './sources/sources.ts';
import { createTokenCache, type TokenCache } from './sources/token-cache.ts';
import { readClaims, type TokenFacts } from './steps/claims.ts';
import { readCredentials } from './steps/credentials.ts';
import { decideFor } from './steps/decision.ts';
import { readKeyBinding } from './steps/key-binding.ts';
import { checkProof } from './steps/proof.ts';
import { newDecisionId, recordOf } from './steps/record.ts';
import { verifySignature } from './steps/signature.ts';
import { checkWatermark } from './steps/watermark.ts';

export type { GuardRequest } from './request.ts';
export type {
  GuardCatalogue,
  GuardOptions,
  GuardSources,
  ServiceClient,
  WatermarkEntry,
  WatermarkFeed,
} from './options.ts';
export type { DecisionRecord } from './steps/record.ts';
export { createMemoryReplayStore, type ReplayStore } from './sources/replay.ts';

export type Principal = {
  /** Pairwise: this service's own name for the person, or the client itself for a machine. */
  readonly sub: string;
  readonly clientId: string;
  readonly acr: string | undefined;
  readonly level: Level;
  readonly authTime: number | undefined;
  readonly amr: readonly string[];
  readonly scopes: readonly string[];
  readonly purposes: readonly string[];
  readonly consentId: string | undefined;
  readonly consentVersion: number | undefined;
  /** The claims of the token, or the answer of introspection. */
  readonly token: Readonly<Record<string, unknown>>;
};

export type CheckResult =
  | {
      readonly ok: true;
      readonly principal: Principal;
      readonly decision: Decision & { readonly decisionId: string; readonly policy: string };
    }
  | ({ readonly ok: false } & Answer);

export type Guard = {
  /** Reads keys, catalogue and feed once and starts polling. Does not throw when the broker is down. */
  start(): Promise<void>;
  stop(): Promise<void>;
  check(request: GuardRequest, action: string): Promise<CheckResult>;
  /** The RFC 9728 document to serve at /.well-known/oauth-protected-resource. */
  protectedResourceMetadata(): Readonly<Record<string, unknown>>;
};

/** What is known when the steps are over: a finding, or a decision about a verified token. */
type Judgement =
  | { readonly finding: Finding; readonly token?: TokenFacts }
  | {
      readonly decision: Decision;
      readonly token: TokenFacts;
      readonly action: CatalogueAction | undefined;
      readonly policy: string;
    };

export function createGuard(options: GuardOptions): Guard {
  const settings = readSettings(options);
  const sources = createSources(settings, options);
  const now = options.now ?? (() => new Date());
  const nonces = options.nonceSecret === undefined ? undefined : createNonceMint(options.nonceSecret);
  const proofRules = {
    baseUrl: settings.baseUrl,
    replay: options.replay ?? createMemoryReplayStore(),
    nonces,
  };
  const cache = createTokenCache();

  async function judge(request: GuardRequest, name: string, at: Date): Promise<Judgement> {
    const nowSeconds = Math.floor(at.getTime() / 1000);
    const credentials = readCredentials(request);
    if (isFinding(credentials)) return { finding: credentials };
    const catalogue = await sources.catalogue();
    if (catalogue === undefined)
      return { finding: { row: 'unavailable', why: 'the catalogue is not available' } };
    const action = actionOf(catalogue.actionByName.get(name), settings.audience);
    const isOpaque = catalogue.serviceById.get(settings.audience)?.tokens === 'opaque';

    const verified = isOpaque
      ? await introspect(credentials.token, action, sources)
      : await verifyJwt(credentials.token, cache, sources, at);
    if (isFinding(verified)) return { finding: verified };
    const token = readClaims(verified.payload, { ...settings, needsJti: !isOpaque }, nowSeconds);
    if (isFinding(token)) return { finding: token };

    const bound = readKeyBinding(token, credentials);
    if (isFinding(bound)) return { finding: bound, token };
    const proofFinding = await checkProof(
      request,
      { token: credentials.token, jkt: bound.jkt },
      proofRules,
      at,
    );
    if (proofFinding !== undefined) return { finding: proofFinding, token };
    const ended = checkWatermark(token, action, await sources.watermarks(), nowSeconds);
    if (ended !== undefined) return { finding: ended, token };

    const decision = decideFor(action, token, nowSeconds, settings.acrBase);
    return { decision, token, action, policy: catalogue.version };
  }

  return {
    start: () => sources.start(),
    stop: async () => sources.stop(),
    protectedResourceMetadata: () => metadata(settings, sources),
    async check(request, name) {
      const at = now();
      const id = newDecisionId();
      const refuse = (finding: Finding): CheckResult => ({
        ok: false,
        ...answerFinding(
          finding,
          id,
          settings,
          finding.row === 'dpop-nonce' ? nonces?.current(at) : undefined,
        ),
      });
      const judgement = await judge(request, name, at);
      const outcome =
        'finding' in judgement
          ? { failed: [judgement.finding.row] }
          : { failed: judgement.decision.failed, age: judgement.decision.age, policy: judgement.policy };
      try {
        await options.onDecision?.(recordOf({ id, action: name, ...outcome }, judgement.token, at));
      } catch {
        return refuse({ row: 'unavailable', why: 'the decision could not be recorded' });
      }
      if ('finding' in judgement) return refuse(judgement.finding);
      const { decision, token, action, policy } = judgement;
      if (!decision.allow) return { ok: false, ...answerDecision(decision, action, name, id, settings) };
      return {
        ok: true,
        principal: principalOf(token, decision),
        decision: { ...decision, decisionId: id, policy },
      };
    },
  };
}

// An action of another service is as unknown here as one that does not exist.
function actionOf(action: CatalogueAction | undefined, audience: string): CatalogueAction | undefined {
  return action?.service === audience ? action : undefined;
}

async function verifyJwt(
  token: string,
  cache: TokenCache,
  { keys }: Sources,
  now: Date,
): ReturnType<typeof verifySignature> {
  const known = cache.get(token, now);
  if (known !== undefined) return { payload: known };
  const verified = await verifySignature(token, 'at+jwt', keys);
  if (!isFinding(verified)) cache.put(token, verified.payload, now);
  return verified;
}

async function introspect(
  token: string,
  action: CatalogueAction | undefined,
  sources: Sources,
): ReturnType<typeof verifySignature> {
  if (sources.introspect === undefined)
    return { row: 'unavailable', why: 'this service has no client for introspection' };
  return sources.introspect(token, action !== undefined && action.risk !== 'high');
}

function principalOf(token: TokenFacts, { level }: Decision): Principal {
  const { sub, clientId, acr, authTime, amr, scopes, purposes, consentId, consentVersion, payload } = token;
  return {
    sub,
    clientId,
    acr,
    level,
    authTime,
    amr,
    scopes,
    purposes,
    consentId,
    consentVersion,
    token: payload,
  };
}

function metadata(settings: Settings, sources: Sources): Readonly<Record<string, unknown>> {
  const actions = [...(sources.lastCatalogue()?.actionByName.values() ?? [])];
  const scopes = actions
    .filter(({ service }) => service === settings.audience)
    .flatMap(({ require }) => require.scopes);
  return {
    resource: settings.audience,
    authorization_servers: [settings.issuer],
    scopes_supported: [...new Set(scopes)],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: ['ES256'],
    dpop_bound_access_tokens_required: true,
  };
}
