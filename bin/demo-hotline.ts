// The 1022 hotline of the demo, which answers citizens on Zalo. Its key is made anew at each start: what
// it is given lives ten minutes.

import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { saveClient } from '../adapters/oidc-storage/clients.ts';
import type { Database } from '../database.ts';
import { hotlineMetadata } from '../provider/token-exchange.ts';
import { dossierAudience } from '../sandbox/demo-services/dossier.ts';

/** The default of TNID_HOTLINE_CLIENT_ID. */
const HOTLINE_CLIENT = 'nhan-tin-1022';

/** What `tnid service add --kind hotline` does. @returns what the hotline signs in with */
export async function registerHotline(
  db: Database,
  now: Date,
): Promise<{ clientId: string; privateKey: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const about = { alg: 'ES256', use: 'sig', kid: await calculateJwkThumbprint(jwk) };
  const metadata = {
    client_id: HOTLINE_CLIENT,
    client_name: 'Tổng đài 1022 trên Zalo',
    jwks: { keys: [{ ...jwk, ...about }] },
    ...hotlineMetadata(),
  };
  await saveClient(db, { clientId: HOTLINE_CLIENT, kind: 'hotline', class: 'first_party', serviceId: dossierAudience, metadata }, now); // prettier-ignore
  return { clientId: HOTLINE_CLIENT, privateKey: { ...(await exportJWK(privateKey)), ...about } };
}
