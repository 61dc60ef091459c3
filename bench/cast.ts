// Who takes part, the same at both servers: a portal that signs citizens in, a service that gets
// tokens of its own, and a service that asks about opaque tokens.

import type { PublicJwk } from './proofs.ts';

export const PORTAL = 'bench-portal';
export const MACHINE = 'bench-hoso';
export const ASKER = 'bench-bhyt';
/** The number every browser of the bench keeps: a machine that waits for a notice would measure the wait. */
export const DEVICE_COOKIE = ['__Host-tnid-device', 'bench-bench-bench-benc'] as const;
export const REDIRECT_URI = 'https://portal.bench.invalid/ve';

/** Audience and scope of each kind of token. */
export const JWT_SERVICE = { id: 'https://phananh.dichvu.tayninh.gov.vn', scope: 'svc:phananh:gui' } as const;
export const OPAQUE_SERVICE = { id: 'https://bhyt.dichvu.tayninh.gov.vn', scope: 'svc:bhyt:xem' } as const;
export const API_SCOPE = 'tn:revocations';

export const portalMetadata = (key: PublicJwk) => ({
  client_id: PORTAL,
  client_name: 'Cổng đo tốc độ',
  redirect_uris: [REDIRECT_URI],
  jwks: { keys: [{ ...key }] },
});

export const serviceMetadata = (clientId: string, key: PublicJwk) => ({
  client_id: clientId,
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
  jwks: { keys: [{ ...key }] },
  require_pushed_authorization_requests: false,
});

export const APP = 'bench-miniapp';
export const appMetadata = {
  client_id: APP,
  client_name: 'Ứng dụng đo tốc độ',
  token_endpoint_auth_method: 'none' as const,
  grant_types: ['authorization_code'],
  require_pushed_authorization_requests: false,
  redirect_uris: [REDIRECT_URI],
  allowed_origins: ['https://h5.zdn.vn'],
};
