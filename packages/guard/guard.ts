// What a service of the province installs to know who is calling and whether they may. One question,
// `check(request, action)`; every check is a file in steps/, in the order of protocol §10, and
// whatever cannot be established refuses.

import { answerDecision, answerFinding, type Asked, type Finding } from './answer.ts';
import { createJudge, type Judgement } from './judge.ts';
import { languageOf } from './language.ts';
import { resourceMetadata } from './metadata.ts';
import { readSettings, type GuardOptions } from './options.ts';
import type { GuardRequest } from './request.ts';
import { principalOf, type AuthorizeResult, type CheckResult } from './result.ts';
import { createNonceMint } from './sources/nonce.ts';
import { createProofKeys } from './sources/proof-keys.ts';
import { createMemoryReplayStore } from './sources/replay.ts';
import { createSources } from './sources/sources.ts';
import { overridesMethod } from './steps/method.ts';
import { newDecisionId, recordOf } from './steps/record.ts';
import { readRoute, type RouteResult } from './steps/route.ts';

export type { GuardRequest } from './request.ts';
export type { AuthorizeResult, CheckResult, Principal, PublicPass } from './result.ts';
export type { Problem } from './answer.ts';
export type { RouteResult } from './steps/route.ts';
export type {
  GuardCatalogue,
  GuardOptions,
  GuardSources,
  ServiceClient,
  WatermarkEntry,
  WatermarkFeed,
} from './options.ts';
export type { DecisionRecord } from './steps/record.ts';
export type { Trouble } from './sources/trouble.ts';
export { parseCatalogue } from './sources/catalogue-parse.ts';
export { createMemoryReplayStore, type ReplayStore } from './sources/replay.ts';
export { metadataPath } from './metadata.ts';

export type Guard = {
  /** Reads keys, catalogue and feed once and starts polling. Does not throw when the broker is down. */
  start(): Promise<void>;
  /** Ends polling and hands in the decision records that are left. */
  stop(): Promise<void>;
  check(request: GuardRequest, action: string): Promise<CheckResult>;
  /** What the catalogue says of a route of this service. Undefined: deny, because nothing says otherwise. */
  route(method: string, path: string): Promise<RouteResult | 'unavailable'>;
  /** `route` and then `check`; a route nobody listed is answered like an action nobody listed (row 6). */
  authorize(request: GuardRequest): Promise<AuthorizeResult>;
  /** The RFC 9728 document to serve at /.well-known/oauth-protected-resource. */
  protectedResourceMetadata(): Readonly<Record<string, unknown>>;
};

/** What a request on a route that nobody listed is called in records and problems. */
export const unknownRoute = 'unknown-route';

export function createGuard(options: GuardOptions): Guard {
  const settings = readSettings(options);
  const sources = createSources(settings, options);
  const now = options.now ?? (() => new Date());
  const nonces = options.nonceSecret === undefined ? undefined : createNonceMint(options.nonceSecret);
  const judge = createJudge(settings, sources, {
    baseUrl: settings.baseUrl,
    replay: options.replay ?? createMemoryReplayStore(),
    nonces,
    keys: createProofKeys(),
    tell: sources.tell,
  });
  const isRecorded = options.onDecision !== undefined || sources.reporter !== undefined;

  /** False: the record could not be written, so the decision is not given. */
  async function record(
    asked: Asked,
    action: string,
    judgement: Judgement,
    { at, tookMs }: { readonly at: Date; readonly tookMs: number },
  ): Promise<boolean> {
    if (!isRecorded) return true;
    const outcome =
      'finding' in judgement
        ? { failed: [judgement.finding.row] }
        : { failed: judgement.decision.failed, age: judgement.decision.age, policy: judgement.policy };
    const written = recordOf({ id: asked.decisionId, action, tookMs, ...outcome }, judgement.token, at);
    try {
      const pending = options.onDecision?.(written);
      if (pending !== undefined) await pending;
      sources.tell('record', undefined);
    } catch (error) {
      sources.tell('record', error);
      // The owner is told what the caller was: cannot decide.
      sources.reporter?.add({ ...written, allow: false, failed: ['unavailable'] });
      return false;
    }
    sources.reporter?.add(written);
    return true;
  }

  async function answer(
    request: GuardRequest,
    action: string,
    decide: (at: Date) => Promise<Judgement> | Judgement,
  ): Promise<CheckResult> {
    const startedAt = performance.now();
    const at = now();
    const judgement = await decide(at);
    const asked = { decisionId: newDecisionId(), language: languageOf(request), settings };
    const refuse = (finding: Finding): CheckResult => ({
      ok: false,
      ...answerFinding(finding, asked, finding.row === 'dpop-nonce' ? nonces?.current(at) : undefined),
    });
    const tookMs = performance.now() - startedAt;
    if (!(await record(asked, action, judgement, { at, tookMs })))
      return refuse({ row: 'unavailable', why: 'the decision could not be recorded' });
    if ('finding' in judgement) return refuse(judgement.finding);
    const { decision, token, action: known, policy } = judgement;
    if (!decision.allow) return { ok: false, ...answerDecision(decision, known, action, asked) };
    return {
      ok: true,
      principal: principalOf(token, decision),
      decision: { ...decision, decisionId: asked.decisionId, policy },
    };
  }

  async function check(request: GuardRequest, action: string): Promise<CheckResult> {
    return answer(request, action, (at) => judge(request, action, at));
  }

  async function route(method: string, path: string): Promise<RouteResult | 'unavailable'> {
    const catalogue = await sources.catalogue();
    return catalogue === undefined ? 'unavailable' : readRoute(catalogue, settings.audience, method, path);
  }

  async function authorize(request: GuardRequest): Promise<AuthorizeResult> {
    const refuse = (finding: Finding): Promise<CheckResult> =>
      answer(request, unknownRoute, () => ({ finding }));
    if (overridesMethod(request))
      return refuse({ row: 'invalid-request', why: 'The method must not be overridden' });
    const found = await route(request.method, request.url);
    // Whether anybody may come in is what we do not know.
    if (found === 'unavailable') return refuse({ row: 'unavailable', why: 'the catalogue is not available' });
    if (found?.kind === 'public') return { ok: true, public: true };
    return check(request, found?.action ?? unknownRoute);
  }

  return {
    start: () => sources.start(),
    stop: () => sources.stop(),
    check,
    route,
    authorize,
    protectedResourceMetadata: () => resourceMetadata(settings, sources.lastCatalogue()),
  };
}
