// The 1022 desk of the demo as a client of the broker. Its key is made anew at each start: nothing of a
// desk outlives its ten minutes.

import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { saveClient } from '../adapters/oidc-storage/clients.ts';
import type { Database } from '../database.ts';
import { deskMetadata } from '../provider/desk.ts';
import { deskScopes } from '../sandbox/desk/server.ts';

const DESK_CLIENT = 'tong-dai-1022';

/** What `tnid service add --kind desk` does. @returns what the desk signs in with */
export async function registerDesk(db: Database, now: Date): Promise<{ clientId: string; privateKey: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const about = { alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
  const metadata = {
    client_id: DESK_CLIENT,
    client_name: 'Tổng đài 1022',
    jwks: { keys: [{ ...jwk, ...about }] },
    ...deskMetadata,
    grant_types: [...deskMetadata.grant_types],
    response_types: [],
    redirect_uris: [],
    desk_scopes: [...deskScopes],
  };
  await saveClient(db, { clientId: DESK_CLIENT, kind: 'desk', class: 'gov_portal', serviceId: undefined, metadata }, now); // prettier-ignore
  return { clientId: DESK_CLIENT, privateKey: { ...(await exportJWK(privateKey)), ...about } };
}
