// Registers a client of the kind `sign-on`, as `tnid service add --kind sign-on` does.

import type { JWK } from 'jose';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { signOnMetadata } from '../../provider/sign-on.ts';

export const signOnClient = (about: {
  clientId: string;
  redirectUri: string;
  publicJwk: JWK;
  logoutUri?: string;
  backchannelLogoutUri?: string;
}): RegisteredClient => ({
  clientId: about.clientId,
  kind: 'sign-on',
  class: 'sign_on',
  serviceId: undefined,
  metadata: {
    client_id: about.clientId,
    client_name: 'Máy chủ sẵn có',
    redirect_uris: [about.redirectUri],
    post_logout_redirect_uris: about.logoutUri === undefined ? [] : [about.logoutUri],
    jwks: { keys: [about.publicJwk] },
    ...(about.backchannelLogoutUri === undefined
      ? {}
      : { backchannel_logout_uri: about.backchannelLogoutUri }),
    ...signOnMetadata,
    grant_types: [...signOnMetadata.grant_types],
    response_types: [...signOnMetadata.response_types],
  },
});
