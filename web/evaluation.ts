// AuthZEN Authorization API 1.0 (protocol design 13): services that cannot run the guard ask here.
// One decide() answers both. A denial is 200 with `decision: false`; 401 and 403 are about the caller.

import { createHash } from 'node:crypto';
import Router from '@koa/router';
import type { Context } from 'koa';
import { takeDecisions } from '../audit/decisions.ts';
import type { Decided } from '../audit/decisions.ts';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import type { Guard } from '../packages/guard/guard.ts';
import { newDecisionId } from '../packages/guard/steps/record.ts';
import { problemWords } from '../packages/guard/words.ts';
import type { ProblemType } from '../packages/guard/words.ts';
import { challengeOf, decide } from '../policies/decide.ts';
import type { CatalogueAction, DecisionRow, Facts } from '../policies/decide.ts';
import { apiCaller } from './api-caller.ts';
import { createFactsReader } from './evaluation-facts.ts';
import type { FactsReader, Stop } from './evaluation-facts.ts';
import { readBatch, readEvaluation } from './evaluation-request.ts';
import type { Evaluation, Semantics } from './evaluation-request.ts';
import { readJson } from './json-body.ts';
import type { Site } from './site.ts';

const MOST_BYTES = 64 * 1024;
/** What a request id may hold: nothing that could be a second header or a line in a log. */
const REQUEST_ID = /^[\w.~:/+=@-]{1,200}$/;
const FOREIGN = 'the resource is not the service of the caller';

type Answer = {
  readonly decision: boolean;
  readonly context: Readonly<Record<string, unknown>>;
};

export function evaluationRoutes(site: Site, guard: Guard): Router {
  const router = new Router();
  router.get('/.well-known/authzen-configuration', (ctx) => {
    ctx.set('cache-control', 'public, max-age=300');
    ctx.body = {
      policy_decision_point: site.issuer,
      access_evaluation_endpoint: `${site.issuer}/access/v1/evaluation`,
      access_evaluations_endpoint: `${site.issuer}/access/v1/evaluations`,
    };
  });

  router.post('/access/v1/evaluation', (ctx) =>
    answered(site, guard, ctx, async (service, body) => {
      const read = readEvaluation(body);
      return 'error' in read ? read : answerSingle(site, service, read.value);
    }),
  );

  router.post('/access/v1/evaluations', (ctx) =>
    answered(site, guard, ctx, async (service, body) => {
      const read = readBatch(body);
      if ('error' in read) return read;
      if ('single' in read.value) return answerSingle(site, service, read.value.single);
      const { items, semantics } = read.value;
      const judge = { site, service, facts: createFactsReader(site, service), records: [] };
      const evaluations: Answer[] = [];
      for (const item of items) {
        const answer = await answerItem(judge, item);
        evaluations.push(answer);
        if (ends(semantics, answer)) break;
      }
      await record(judge);
      return { answer: { evaluations } };
    }),
  );
  return router;
}

type Result = { readonly answer: object } | { readonly error: string; readonly status?: 403 };

async function answered(
  site: Site,
  guard: Guard,
  ctx: Context,
  evaluate: (service: CatalogueService, body: unknown) => Promise<Result>,
): Promise<void> {
  const requestId = ctx.get('x-request-id');
  if (REQUEST_ID.test(requestId)) ctx.set('x-request-id', requestId);
  const caller = await apiCaller(site, guard, ctx, 'tn.evaluate');
  if (caller === undefined) return;
  const body = await readJson(ctx, MOST_BYTES);
  if ('status' in body) return refuse(ctx, body.status, body.error);
  const result = await evaluate(caller.service, body.value);
  if ('error' in result) return refuse(ctx, result.status ?? 400, result.error);
  ctx.body = result.answer;
}

/** §10.1.2: an error is a message, as text. */
function refuse(ctx: Context, status: number, message: string): void {
  ctx.status = status;
  ctx.type = 'text/plain; charset=utf-8';
  ctx.body = message;
}

/** What one request of a caller is answered with. */
type Judge = {
  readonly site: Site;
  readonly service: CatalogueService;
  readonly facts: FactsReader;
  /** The decisions made, kept together before any of them is told. */
  readonly records: Decided[];
};

async function answerSingle(site: Site, service: CatalogueService, asked: Evaluation): Promise<Result> {
  if (asked.resource.id !== service.id) return { error: FOREIGN, status: 403 };
  const judge = { site, service, facts: createFactsReader(site, service), records: [] };
  const answer = await evaluate(judge, asked);
  await record(judge);
  return { answer };
}

/** §7.2.1: what is wrong with one evaluation stands in its place; the others are answered. */
async function answerItem(
  judge: Judge,
  item: { readonly value: Evaluation } | { readonly error: string },
): Promise<Answer> {
  if ('error' in item) return itemError(400, item.error);
  if (item.value.resource.id !== judge.service.id) return itemError(403, FOREIGN);
  return evaluate(judge, item.value);
}

const itemError = (status: 400 | 403, message: string): Answer => ({
  decision: false,
  context: { error: { status, message } },
});

const ends = (semantics: Semantics, { decision }: Answer): boolean =>
  semantics === 'deny_on_first_deny' ? !decision : semantics === 'permit_on_first_permit' && decision;

async function evaluate(judge: Judge, asked: Evaluation): Promise<Answer> {
  const { site, service } = judge;
  // Our clock decides; `context.time` is the caller's word and changes nothing.
  const now = site.clock();
  const known = await judge.facts(asked, now);
  const found = site.catalogue.actionByName.get(asked.action.name);
  const action = found?.service === service.id && asked.resource.type === 'service' ? found : undefined;
  const judged =
    'stop' in known
      ? ({ allow: false, row: known.stop, failed: [known.stop], age: Infinity } as const)
      : decide(action, known.facts, Math.floor(now.getTime() / 1000), site.acrBase);
  const decisionId = newDecisionId();
  const facts = 'facts' in known ? known.facts : undefined;
  judge.records.push(decided({ ...judged, decisionId, asked, action, facts }, site, now));
  const about = { policy: site.catalogue.version, decision_id: decisionId };
  if (judged.allow) return { decision: true, context: about };
  return {
    decision: false,
    context: {
      ...remedy(site, action, judged.row),
      reason_user: { vi: wordsFor('vi', judged.row), en: wordsFor('en', judged.row) },
      reason_admin: { rule: asked.action.name.slice(0, 200), failed: judged.failed },
      ...about,
    },
  };
}

// What would help, as the challenges of protocol §4 say it. Nothing before rows 1–5 passed: it would
// tell strangers our policy.
function remedy(site: Site, action: CatalogueAction | undefined, row: DecisionRow | Stop): object {
  if (action === undefined) return {};
  const { acrValues, maxAge, scope } = challengeOf(action, site.acrBase);
  if (row === 'step-up') return { acr_values: acrValues, ...(maxAge === undefined ? {} : { max_age: maxAge }), scope }; // prettier-ignore
  if (row === 'consent-required') return { scope, purpose: action.require.consent?.purpose };
  return row === 'scope' ? { scope } : {};
}

const TYPE_OF: Readonly<Record<Exclude<DecisionRow, 'allow'> | Stop, ProblemType>> = {
  'unknown-action': 'unknown-action',
  'step-up': 'step-up',
  scope: 'scope',
  'consent-required': 'consent-required',
  denied: 'denied',
  handover: 'handover',
  'invalid-token': 'invalid-token',
  'consent-withdrawn': 'consent-withdrawn',
  ended: 'ended',
  subject: 'no-token',
};

const wordsFor = (language: 'vi' | 'en', row: DecisionRow | Stop): string => {
  const { title, detail } = problemWords[language][row === 'allow' ? 'unavailable' : TYPE_OF[row]];
  return `${title}. ${detail}`;
};

/** A decision nobody recorded is not given: what throws here is answered with an error. */
async function record({ site, service, records }: Judge): Promise<void> {
  if (records.length === 0) return;
  const ownActions = new Set(service.actions.map((one) => one.action));
  await takeDecisions(site.db, { serviceId: service.id, ownActions, records, dropped: 0 }, site.clock());
}

// The column is an integer, and a caller may name any time: what is older is as old as this.
const OLDEST_SECONDS = 2 ** 31 - 1;

function decided(
  judged: {
    readonly decisionId: string;
    readonly asked: Evaluation;
    readonly action: CatalogueAction | undefined;
    readonly facts: Facts | undefined;
    readonly allow: boolean;
    readonly failed: readonly string[];
    readonly age: number;
  },
  site: Site,
  now: Date,
): Decided {
  const { decisionId, asked, action, facts, allow, failed, age } = judged;
  return {
    decisionId,
    at: now,
    // A name that is no action of this service may hold anything, so it is not kept.
    action: action?.action ?? 'unknown',
    allow,
    failed,
    subHash: createHash('sha256').update(asked.subject.id).digest().subarray(0, 16),
    clientId: facts === undefined || facts.clientId === '' ? undefined : facts.clientId.slice(0, 200),
    acr: facts?.acr?.slice(0, 200),
    ageSeconds: Number.isFinite(age) ? Math.min(Math.floor(age), OLDEST_SECONDS) : undefined,
    catalogueVersion: site.catalogue.version,
    jtiHash: undefined,
    tookMs: undefined,
  };
}
