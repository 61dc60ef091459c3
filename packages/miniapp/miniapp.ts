// @tayninh-id/miniapp: signs a citizen in inside Zalo and calls services of Tây Ninh for them.
// The package knows order, sessions, retries and nonces; the app knows words.

import { callService, readCall, type CallOptions } from './call.ts';
import { isRecord } from './challenge.ts';
import type { OnStep } from './flow.ts';
import { openLaunch } from './launch.ts';
import { isSafe, liesIn, serviceAt } from './place.ts';
import type { Held } from './shelf.ts';
import { TayNinhIdError } from './trouble.ts';
import type { Zalo } from './zalo.ts';

export { readAuthenticate, type AuthChallenge } from './authenticate.ts';
export type { Form } from './broker.ts';
export type { CallOptions } from './call.ts';
export type { Challenge, Method, Purpose, Transaction } from './challenge.ts';
export type { OnStep, Step } from './flow.ts';
export { TayNinhIdError, type Trouble } from './trouble.ts';
export type { Zalo } from './zalo.ts';

export type Options = {
  /** The broker: https, without a path at its end. */
  readonly issuer: string;
  /** As registered with the broker. */
  readonly clientId: string;
  /** `zmp-sdk/apis` inside Zalo, the host page's functions outside. */
  readonly zalo: Zalo;
  /** Shows a step and resolves to the reply's fields, or to `null` when the citizen stops. */
  readonly onStep: OnStep;
  /** The service of calls that name none. */
  readonly resource?: string;
  /** Where services answer whose id is not their address: id, or code of the catalogue → address. */
  readonly services?: Readonly<Record<string, string>>;
  /** `vi` or `en`, of the titles and texts that come with a step. */
  readonly language?: string | (() => string);
  readonly fetch?: typeof globalThis.fetch;
};

/** What the app may know of a token. The token itself stays inside: without the key it is good for nothing. */
export type Token = {
  readonly resource: string;
  /** What was given, which may be less than what was asked for. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970, by this phone's clock. */
  readonly expiresAt: number;
};

type Words = { readonly vi: string; readonly en: string };
export type Utilities = {
  readonly version: string;
  readonly hotline?: { readonly phone: string; readonly oa: string | null };
  readonly services: readonly {
    readonly id: string;
    readonly code: string;
    readonly title: Words;
    /** What anybody may ask without signing in. */
    readonly open?: readonly Words[];
    readonly actions: readonly {
      readonly action: string;
      readonly title: Words;
      readonly level: 1 | 2;
      /** Seconds since the last step that the act allows. */
      readonly max_age?: number;
      readonly scopes: readonly string[];
      readonly methods?: readonly string[];
      readonly handover?: string;
      readonly route?: { readonly method: string; readonly path: string };
    }[];
  }[];
};

export type StepUp = {
  readonly scope: string;
  readonly resource?: string;
  readonly acrValues?: string;
  readonly maxAge?: number;
};

export type TayNinhId = {
  readonly state: 'signed_out' | 'signing_in' | 'signed_in';
  /** What can be done, from the catalogue. Its answer carries the first nonce: ask for it before `login`. */
  utilities(): Promise<Utilities>;
  /**
   * One tap. Signed in already: asks for the scopes only. `askConsent`: ask even where the citizen has refused
   * or withdrawn. @throws TayNinhIdError
   */
  login(scope: string, resource?: string, more?: { askConsent?: boolean }): Promise<Token>;
  /** Like `fetch`, with token and proof. Rejects with TayNinhIdError; a service's refusal is a response. */
  fetch(input: string | URL | Request, init?: RequestInit, options?: CallOptions): Promise<Response>;
  /** The steps to level 2 ahead of a call. @throws TayNinhIdError */
  stepUp(wanted: StepUp): Promise<Token>;
  /** The token of the last `login` at the service, renewed if it is about to end. @throws TayNinhIdError */
  token(resource?: string): Promise<Token>;
  /** Forgets everything at once; true when the broker has ended the session too. */
  signOut(): Promise<boolean>;
};

/** @throws TypeError for options that cannot work */
export function createTayNinhId(options: Options): TayNinhId {
  const issuer = options.issuer.replace(/\/$/, '');
  if (!isSafe(issuer)) throw new TypeError('issuer: an https address is needed');
  const { language = 'vi', fetch = (...words) => globalThis.fetch(...words) } = options;
  const currentLanguage = typeof language === 'function' ? language : () => language;
  const open = () => openLaunch({ ...options, issuer, fetch, language: currentLanguage });
  let launch = open();

  // Where tokens may go. Only the app and the broker's own catalogue add to it, never an answer of a service.
  const account = `${issuer}/me`;
  const places = new Map([[account, account]]);
  const know = (resource: string, code = resource): string => {
    const place =
      options.services?.[resource] ?? options.services?.[code] ?? places.get(resource) ?? resource;
    if (!isSafe(place)) throw new TypeError(`${place} is not https: no token goes there`);
    places.set(resource, place);
    return resource;
  };
  if (options.resource !== undefined) know(options.resource);
  // Codes have no colon; they get their id from the catalogue.
  for (const id of Object.keys(options.services ?? {})) if (id.includes(':')) know(id);

  const named = (resource: string | undefined): string => {
    const name = resource ?? options.resource;
    if (name === undefined) throw new TypeError('name the service: no resource is set');
    return know(name);
  };
  const scopeFor = (resource: string, scope: string | undefined) =>
    scope ?? (resource === account ? 'tn:me' : undefined);

  return {
    get state() {
      if (launch.isSignedIn()) return 'signed_in';
      return launch.isSigningIn() ? 'signing_in' : 'signed_out';
    },
    async utilities() {
      const url = `${issuer}/tien-ich.json`;
      const response = await fetch(url, { credentials: 'omit' }).catch((cause: unknown) => {
        throw new TayNinhIdError('offline', 'the list of utilities did not come', { cause });
      });
      launch.line.keepNonce(response, url);
      if (!response.ok) throw new TayNinhIdError('busy', `the list of utilities: ${response.status}`);
      const list = readUtilities(await response.json().catch(() => undefined));
      for (const { id, code } of list.services) know(id, code);
      return list;
    },
    async login(scope, resource, more) {
      const name = named(resource);
      launch.useEveryDay(name, scope);
      return seen(name, await launch.token(name, scope, more));
    },
    async fetch(input, init, { resource, scope } = {}) {
      const request = await readCall(input, init);
      const name = resource === undefined ? serviceAt(places, request.url) : know(resource);
      // The address decides, not the name: a token for one service must not reach another.
      if (name === undefined || !liesIn(places.get(name) ?? name, request.url))
        throw new TypeError(
          name === undefined
            ? `no service is known at ${new URL(request.url).origin}: name it in { resource } or call utilities()`
            : `${new URL(request.url).origin} is not where ${name} answers: give its address in services`,
        );
      const words = { scope: scopeFor(name, scope), acceptLanguage: currentLanguage() };
      return callService(launch, name, request, words);
    },
    async stepUp({ resource, ...wanted }) {
      const name = named(resource);
      return seen(name, await launch.raise({ ...wanted, resource: name }, Date.now()));
    },
    async token(resource) {
      const name = named(resource);
      return seen(name, await launch.token(name, scopeFor(name, undefined)));
    },
    async signOut() {
      const old = launch;
      launch = open();
      try {
        const { accessToken } = await old.close(account, 'tn:me');
        const url = `${account}/sign-out`;
        return (await old.line.send({ method: 'POST', url, accessToken })).ok;
      } catch {
        return false; // the tokens are gone from this phone in any case, and end by themselves in minutes
      }
    },
  };
}

const seen = (resource: string, { scopes, expiresAt }: Held): Token => ({ resource, scopes, expiresAt });

function readUtilities(value: unknown): Utilities {
  const services = isRecord(value) ? value['services'] : undefined;
  const isGood =
    Array.isArray(services) &&
    services.every((one) => isRecord(one) && typeof one['id'] === 'string' && isSafe(one['id']));
  if (!isGood) throw new TayNinhIdError('protocol', 'the list of utilities cannot be read');
  return value as Utilities; // the broker's own list; the app shows what it finds in it
}
