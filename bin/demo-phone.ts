// The demo's telephone with Zalo on it, and the mini app's registration at the broker.

import { fileURLToPath } from 'node:url';
import { saveClient } from '../adapters/oidc-storage/clients.ts';
import type { Database } from '../database.ts';
import { seededChild, seededPapers } from '../sandbox/citizen/papers.ts';
import { seededPeople } from '../sandbox/citizen/people.ts';
import { startZaloHost, type HostPerson, type ZaloHost } from '../sandbox/zalo-host/server.ts';

export const MINIAPP_CLIENT = 'miniapp';

/** What `tnid service add` does, for the mini app. `phone`: the origin of the sandbox's telephone. */
export async function registerMiniApp(db: Database, issuer: string, phone: string, now: Date): Promise<void> {
  const metadata = {
    client_id: MINIAPP_CLIENT,
    client_name: 'Tây Ninh Smart trong Zalo (bản thử)',
    redirect_uris: [`${issuer}/xong`],
    // As on Android and on iOS, both as they write themselves (contracts/zalo.md §4.4).
    allowed_origins: [phone, 'https://h5.zdn.vn', 'zbrowser://h5.zdn.vn'],
    token_endpoint_auth_method: 'none' as const,
    grant_types: ['authorization_code'],
    require_pushed_authorization_requests: false,
  };
  const client = { clientId: MINIAPP_CLIENT, kind: 'miniapp', class: 'first_party', serviceId: undefined, metadata } as const; // prettier-ignore
  await saveClient(db, client, now);
}

/** Everybody of the demo, with the card they carry. */
export const phonePeople: readonly HostPerson[] = seededPapers.map(({ name, personalNumber, phone, qr }) => ({
  name,
  phone,
  personalNumber,
  ...(qr === undefined ? {} : { qr }),
  zaloId:
    seededPeople.find((person) => person.personalNumber === personalNumber)?.zaloId ?? seededChild.zaloId,
}));

export function startPhone(options: {
  readonly port: number;
  readonly issuer: string;
  readonly zaloUrl: string;
  readonly cardsUrl: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, string>>;
}): Promise<ZaloHost> {
  const { port, issuer, zaloUrl, cardsUrl, settings, services } = options;
  const oaId = settings['TNID_HOTLINE_OA_ID'];
  const miniAppId = settings['TNID_ZALO_MINIAPP_ID'] ?? 'thu';
  return startZaloHost({
    port,
    zaloUrl,
    cardsUrl,
    appDir: fileURLToPath(new URL('../packages/miniapp/app/dist', import.meta.url)),
    config: {
      issuer,
      clientId: MINIAPP_CLIENT,
      miniAppId,
      services,
      ...(oaId === undefined ? {} : { oaId }),
    },
    people: phonePeople,
  });
}
