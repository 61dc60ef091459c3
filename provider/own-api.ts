// The account's own API: what the mini app shows a person of themself, and lets them change. A resource of
// ours, in nobody's catalogue; no consent page stands before it, because nothing leaves.

import { ownCatalogue } from './api.ts';

export const ME_SCOPE = 'tn:me';
export const meAudience = (issuer: string) => `${issuer}/me`;

/** Its RFC 9728 document: the well-known part stands before the path of the resource (3.1). */
export const meMetadataUrl = (issuer: string) => `${issuer}/.well-known/oauth-protected-resource/me`;

/** The one action: level 1, from the app that signed the person in. */
export const ME_ACTION = 'tn.me';

export const meCatalogue = (issuer: string, version: string) =>
  ownCatalogue(meAudience(issuer), version, {
    [ME_ACTION]: {
      scope: ME_SCOPE,
      title: { vi: 'Xem và sửa dữ liệu của chính mình', en: "See and change one's own data" },
      http: ['GET', 'POST', 'DELETE'].map((method) => ({ method, path: '/me' })),
      require: { level: 1, clients: ['first_party'] },
    },
  });
