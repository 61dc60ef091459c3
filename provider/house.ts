// What the protocol layer is given to work with. Built once by main.ts.

import type { Notify } from '../assurance/notify.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Database } from '../database.ts';
import type { SigningKey } from '../keys/signing-keys.ts';
import type { Hotline } from '../hotline/link.ts';
import type { Vault } from '../keys/vault.ts';

export type ClientFacts = {
  readonly clientId: string;
  readonly kind: 'portal' | 'miniapp' | 'service' | 'sign-on' | 'hotline' | 'desk';
  readonly class: 'first_party' | 'gov_portal' | 'service' | 'sign_on';
  readonly serviceId: string | undefined;
  /** Of a desk only: its public keys, and the scopes its operators may ask for. */
  readonly desk?: { readonly keys: object; readonly scopes: readonly string[] } | undefined;
};

export type ProviderHouse = {
  /** The hotline whose signed messages may be traded for a token; undefined: there is none. */
  readonly hotline: Hotline | undefined;
  /** Where a citizen links their chat with the hotline to their account. */
  readonly linkUri: string;
  readonly db: Database;
  readonly vault: Vault;
  readonly issuer: string;
  /** Host of the issuer: names the logs. */
  readonly origin: string;
  readonly acrBase: string;
  readonly catalogue: Catalogue;
  readonly findClient: (clientId: string) => Promise<ClientFacts | undefined>;
  readonly tokenKeys: readonly SigningKey[];
  /** 32 bytes, the same on every node. */
  readonly dpopNonceSecret: Buffer;
  readonly cookieKeys: readonly string[];
  /** For calls to clients; refuses private addresses that were not named. */
  readonly callClient: (url: string | URL, options?: RequestInit) => Promise<Response>;
  readonly clock: () => Date;
  readonly log: (
    level: 'info' | 'warn' | 'error',
    event: string,
    facts: Readonly<Record<string, unknown>>,
  ) => void;
  readonly count: (
    name: 'token_issued' | 'protocol_error' | 'server_error' | 'zalo_event',
    labels: Readonly<Record<string, string>>,
  ) => void;
  /** Queues an event that may be written a moment after the answer (token issue, UserInfo). */
  readonly recordSoon: (event: {
    kind: 'token.issued' | 'claims.released';
    accountId: string;
    clientId: string;
    serviceId: string | undefined;
    details: Record<string, string | number | readonly string[]>;
  }) => void;
  /** Tells a citizen on the channels they have. */
  readonly notify: Notify;
  readonly pages: ProviderPages;
};

/** The pages oidc-provider asks for. Given by web/, so that protocol code never learns HTML. */
export type ProviderPages = {
  error(context: PageContext, error: { error: string; status: number }): string;
  sessionLost(context: PageContext): string;
  logout(
    context: PageContext,
    form: { action: string; xsrf: string; clientName: string | undefined },
  ): string;
  signedOut(context: PageContext): string;
};
export type PageContext = { readonly acceptLanguage: string; readonly reference: string };
