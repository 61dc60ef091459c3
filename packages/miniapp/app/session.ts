// The app's side of the client package: one sign-in a launch, calls to services and to the citizen's own
// records, and every failure as one of the words the screens have a sentence for.

import * as z from 'zod/mini';
import { createTayNinhId, TayNinhIdError, type OnStep, type Token, type Trouble } from '../miniapp.ts';
import { catalogueSchema, type Action, type Catalogue, type Service } from './catalogue.ts';
import type { AppConfig } from './config.ts';
import type { Lang } from './frame.ts';
import type { Turns } from './turns.ts';
import type { ZaloFunctions } from './zalo.ts';

export type TroubleShown = { readonly code: Trouble; readonly uri: string | undefined };

export type ServiceAnswer =
  | { readonly outcome: 'done'; readonly body: unknown }
  /** The law gives this act to the national portal. */
  | { readonly outcome: 'handover'; readonly location: string }
  /** A purpose the act cannot do without was refused or withdrawn. */
  | { readonly outcome: 'no-consent' }
  | { readonly outcome: 'refused'; readonly title: string };

export type Session = {
  /** @throws TayNinhIdError */
  catalogue(): Promise<Catalogue>;
  /** The one tap. Quiet when this launch is signed in already. @throws TayNinhIdError */
  signIn(): Promise<void>;
  /** `/consents` of the account's own API. @throws TayNinhIdError; `Conflict` for what changed meanwhile */
  own<Value>(path: string, schema: z.ZodMiniType<Value>, send?: OwnSend): Promise<Value>;
  /** One act at a service, with every step it takes. @throws TayNinhIdError */
  act(service: Service, action: Action, body?: object): Promise<ServiceAnswer>;
  /** The steps of an act ahead of it. @throws TayNinhIdError */
  prove(service: Service, action: Action): Promise<void>;
  /** Asks again for what was refused or withdrawn: for one act, or for all of the service's. @throws TayNinhIdError */
  askConsent(service: Service, action?: Action): Promise<void>;
  signOut(): Promise<void>;
};
type OwnSend = { readonly method: 'POST' | 'DELETE'; readonly body?: object };

/** Somebody changed it meanwhile, or it is gone: what stands has to be looked at again. */
export class Conflict extends Error {}

export function troubleOf(error: unknown): TroubleShown {
  if (error instanceof TayNinhIdError) return { code: error.code, uri: error.uri };
  return { code: 'protocol', uri: undefined };
}

// A token that ends while the call is on its way is none.
const SPARE_MS = 5_000;
const ME_SCOPE = 'tn:me';

export function openSession(options: {
  readonly config: AppConfig;
  readonly zalo: ZaloFunctions;
  readonly language: () => Lang;
  readonly onStep: OnStep;
  /** Told of everything that may lead to steps. */
  readonly during: Turns['during'];
}): Session {
  const { config, zalo, language, onStep, during } = options;
  const { issuer, clientId } = config;
  // Filled when the catalogue says which code belongs to which service.
  const services: Record<string, string> = {};
  const client = createTayNinhId({ issuer, clientId, zalo, language, onStep, services });
  const me = `${issuer}/me`;
  // The catalogue says which acts need level 2, so that its steps and its consent come once and for this
  // act alone. What the service asks beyond that (RFC 9470: fresher, by another way) the package does.
  const raised = new Map<string, Token>();
  const raiseFor = async ({ level }: Action, want: { resource: string; scope: string }) => {
    const held = raised.get(want.scope);
    if (level === 1 || (held !== undefined && held.expiresAt - Date.now() > SPARE_MS)) return;
    raised.set(want.scope, await client.stepUp(want));
  };
  return {
    signIn: () => during(async () => void (await client.login(ME_SCOPE, me))),
    async catalogue() {
      const catalogue = read(catalogueSchema, await client.utilities());
      for (const { id, code } of catalogue.services) {
        const base = config.services[code];
        if (base !== undefined) services[id] = base;
      }
      return catalogue;
    },
    async own(path, schema, send) {
      const init = send === undefined ? {} : asJson(send);
      const response = await during(() => client.fetch(`${me}${path}`, init, { resource: me }));
      if (response.status === 409 || response.status === 404) throw new Conflict();
      refuseOutage(response);
      if (!response.ok) throw new TayNinhIdError('protocol', `own records: HTTP ${response.status}`);
      return read(schema, response.status === 204 ? {} : await response.json());
    },
    async act(service, action, body) {
      const base = config.services[service.code];
      const { route } = action;
      if (base === undefined || route === undefined)
        throw new TayNinhIdError('protocol', `nobody serves ${action.action} here`);
      const init = route.method === 'GET' ? {} : asJson({ method: route.method, body: body ?? {} });
      const want = wantOf(service, action);
      return during(async () => {
        await raiseFor(action, want);
        return readAnswer(await client.fetch(`${base}${route.path}`, init, want));
      });
    },
    prove: (service, action) => during(() => raiseFor(action, wantOf(service, action))),
    async askConsent(service, action) {
      const acts = action === undefined ? service.actions : [action];
      const scopes = new Set(acts.flatMap((one) => one.scopes));
      await during(() => client.login([...scopes].join(' '), service.id, { askConsent: true }));
    },
    async signOut() {
      await client.signOut();
    },
  };
}

const wantOf = (service: Service, action: Action) => ({
  resource: service.id,
  scope: action.scopes.join(' '),
});

const asJson = ({ method, body }: { readonly method: string; readonly body?: object }): RequestInit =>
  body === undefined
    ? { method }
    : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };

const problemSchema = z.object({ type: z.optional(z.string()), title: z.optional(z.string()) });
// One address and no other: nothing a service says may lead a citizen somewhere else.
const handoverSchema = z.object({ location: z.literal('https://dichvucong.gov.vn/') });

async function readAnswer(response: Response): Promise<ServiceAnswer> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return { outcome: 'done', body };
  refuseOutage(response);
  const problem = problemSchema.safeParse(body);
  // Problem types are addresses of the broker; the last word is the name of the row (protocol §4).
  const kind = problem.data?.type?.split('/').at(-1);
  const handover = handoverSchema.safeParse(body);
  if (kind === 'handover' && handover.success)
    return { outcome: 'handover', location: handover.data.location };
  if (kind === 'consent-withdrawn' || kind === 'consent-required') return { outcome: 'no-consent' };
  return { outcome: 'refused', title: problem.data?.title ?? '' };
}

function refuseOutage({ status }: Response): void {
  if (status === 429 || status >= 500) throw new TayNinhIdError('busy', `HTTP ${status}`);
}

function read<Value>(schema: z.ZodMiniType<Value>, value: unknown): Value {
  const found = schema.safeParse(value);
  if (!found.success)
    throw new TayNinhIdError('protocol', 'an answer of another shape', { cause: found.error });
  return found.data;
}
