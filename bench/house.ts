// The whole scene: PostgreSQL, our broker and the bare library, each where it belongs, and the
// clients registered at both.

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveClient } from '../adapters/oidc-storage/clients.ts';
import { insertLevelFact } from '../assurance/store.ts';
import { openDatabase, sql } from '../database.ts';
import type { Database } from '../database.ts';
import { openEnvelope } from '../keys/envelope.ts';
import { openVault } from '../keys/vault.ts';
import type { Vault } from '../keys/vault.ts';
import { migrate } from '../migrations/migrate.ts';
import { keepDevice } from '../safety/devices.ts';
import { openFolder } from '../sandbox/postgres-binaries.ts';
import { startPostgres } from '../sandbox/postgres.ts';
import {
  APP,
  appMetadata,
  ASKER,
  DEVICE_COOKIE,
  MACHINE,
  OPAQUE_SERVICE,
  JWT_SERVICE,
  PORTAL,
  portalMetadata,
  serviceMetadata,
} from './cast.ts';
import { makeKey } from './proofs.ts';
import type { Key, PublicJwk } from './proofs.ts';
import { startTarget } from './target.ts';
import type { Target } from './target.ts';

export type Scene = {
  readonly key: Key;
  readonly broker: Target;
  readonly bare: Target | undefined;
  /** Makes the newest sign-in at the broker one of level 2, as VNeID and a code would. */
  raiseNewest(): Promise<void>;
  close(): Promise<void>;
};

/** `zalo`: the address of a twin that answers for the mini app. */
export async function openScene(options: {
  readonly zalo?: { readonly url: string; readonly appId: string; readonly appSecret: string };
  readonly serverCore: number | undefined;
  readonly withBare: boolean;
  readonly durable: boolean;
  readonly nodeOptions?: readonly string[];
  readonly log: (line: string) => void;
}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-bench-'));
  const logFile = join(folder, 'servers.log');
  const dataDir = join(openFolder(), `tnid-bench-${randomBytes(6).toString('hex')}`);
  const postgres = await startPostgres({ dataDir, durable: options.durable, temporary: true });
  await migrate(postgres.url);
  const db = openDatabase(postgres.url, { maxConnections: 2 });
  const key = makeKey('bench');
  const vault = await openVault(db, openEnvelope(KEK), new Date());
  for (const client of clients(key.publicJwk)) await saveClient(db, client, new Date());
  const { nodeOptions = [] } = options;
  const shared = { key, core: options.serverCore, logFile, nodeOptions };
  const broker = await startTarget('broker', {
    ...shared,
    environment: ({ issuer, port }) => ({
      ...brokerEnvironment(issuer, port, postgres.url),
      ...zaloSettings(options.zalo),
    }),
  });
  const bare = options.withBare
    ? await startTarget('bare', { ...shared, environment: () => ({}) })
    : undefined;
  options.log(`server log: ${logFile}`);
  return {
    key,
    broker,
    bare,
    raiseNewest: () => raiseNewest(db, vault),
    async close() {
      await Promise.all([broker.stop(), bare?.stop()]);
      await db.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const clients = (key: PublicJwk) => [
  { clientId: PORTAL, kind: 'portal', class: 'gov_portal', serviceId: undefined, metadata: portalMetadata(key) } as const, // prettier-ignore
  { clientId: MACHINE, kind: 'service', class: 'service', serviceId: JWT_SERVICE.id, metadata: serviceMetadata(MACHINE, key) } as const, // prettier-ignore
  {
    clientId: APP,
    kind: 'miniapp',
    class: 'first_party',
    serviceId: undefined,
    metadata: appMetadata,
  } as const,
  { clientId: ASKER, kind: 'service', class: 'service', serviceId: OPAQUE_SERVICE.id, metadata: serviceMetadata(ASKER, key) } as const, // prettier-ignore
];

const KEK = randomBytes(32).toString('base64url');

// Nobody listens on port 9: the bench must never leave the machine.
const nowhere = 'http://127.0.0.1:9';

const brokerEnvironment = (issuer: string, port: number, databaseUrl: string): Record<string, string> => ({
  TNID_ISSUER: issuer,
  TNID_LISTEN: `127.0.0.1:${port}`,
  TNID_DATABASE_URL: databaseUrl,
  TNID_KEK: KEK,
  TNID_ZALO_APP_ID: '1234567890123456789',
  TNID_ZALO_APP_SECRET: 'bench',
  TNID_ZALO_OAUTH_URL: nowhere,
  TNID_ZALO_GRAPH_URL: nowhere,
  TNID_VNEID_ISSUER: nowhere,
  TNID_VNEID_AUTHORIZATION_URL: nowhere,
  TNID_VNEID_TOKEN_URL: nowhere,
  TNID_VNEID_USERINFO_URL: nowhere,
  TNID_VNEID_JWKS_URL: nowhere,
  TNID_VNEID_CLIENT_ID: 'bench',
  TNID_VNEID_CLIENT_SECRET: 'bench',
  TNID_SMS_URL: nowhere,
  TNID_SMS_API_KEY: 'bench',
  ...ownSettings(),
});

const zaloSettings = (zalo: Parameters<typeof openScene>[0]['zalo']): Record<string, string> =>
  zalo === undefined
    ? {}
    : { TNID_ZALO_APP_ID: zalo.appId, TNID_ZALO_APP_SECRET: zalo.appSecret, TNID_ZALO_GRAPH_URL: zalo.url };

// Settings given to the bench go to the broker: TNID_DATABASE_CONNECTIONS=20 bin/bench.
function ownSettings(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith('TNID_') && name !== 'TNID_NODE' && value !== undefined ? [[name, value]] : [],
    ),
  );
}

async function raiseNewest(db: Database, vault: Vault): Promise<void> {
  const newest = await db.row<{ account_id: string; session_uid: string }>(sql`
    select account_id, session_uid from level_fact where session_uid is not null and level = 1 order by at desc limit 1`);
  if (newest === undefined) throw new Error('nobody has signed in');
  const now = new Date();
  const { account_id: accountId, session_uid: sessionUid } = newest;
  await db.run(sql`
    insert into identity_binding (id, account_id, source, number_key, check_id, organisation, bound_at, expires_at)
    values (${randomUUID()}, ${accountId}, 'vneid', ${randomBytes(32)}, ${randomUUID()}, 'bench', ${now}, ${new Date(now.getTime() + 86_400_000)})`);
  const fact = { id: randomUUID(), sessionUid, transactionId: undefined, accountId, level: 2, amr: ['vneid', 'otp', 'sms'], identitySource: 'vneid' } as const; // prettier-ignore
  await insertLevelFact(db, fact, now);
  const deviceKey = vault.keyOf('device', DEVICE_COOKIE[1]);
  await keepDevice(db, { accountId, deviceKey, kind: 'other' }, now);
}
