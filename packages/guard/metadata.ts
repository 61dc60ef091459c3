// The RFC 9728 document of a service.

import type { GuardCatalogue, Settings } from './options.ts';

export const metadataPath = '/.well-known/oauth-protected-resource';

export function resourceMetadata(
  settings: Settings,
  catalogue: GuardCatalogue | undefined,
): Readonly<Record<string, unknown>> {
  const actions = [...(catalogue?.actionByName.values() ?? [])];
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
