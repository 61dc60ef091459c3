// A whole broker with its twins for one test file: real PostgreSQL, real HTTP, free ports.

import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { saveClient } from '../../adapters/oidc-storage/clients.ts';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { testTrust } from '../../cards/chip/trust.ts';
import { readConfig } from '../../config.ts';
import type { Config } from '../../config.ts';
import { openDatabase } from '../../database.ts';
import type { Database } from '../../database.ts';
import { startBroker } from '../../main.ts';
import type { Broker, Replacements } from '../../main.ts';
import { createLog } from '../../operations/log.ts';
import { startCardAuthority } from '../../sandbox/card-authority/server.ts';
import type { CardAuthorityTwin } from '../../sandbox/card-authority/server.ts';
import { startRegister } from '../../sandbox/register/server.ts';
import type { RegisterTwin } from '../../sandbox/register/server.ts';
import { anyFreePort } from '../../sandbox/ports.ts';
import { startSms } from '../../sandbox/sms/server.ts';
import type { SmsTwin } from '../../sandbox/sms/server.ts';
import { startVneid } from '../../sandbox/vneid/server.ts';
import type { VneidTwin } from '../../sandbox/vneid/server.ts';
import { startZalo } from '../../sandbox/zalo/server.ts';
import type { ZaloTwin } from '../../sandbox/zalo/server.ts';

export const citizens = [
  {
    zaloId: '8080808080808080801',
    name: 'Bảy Lành',
    personalNumber: '999190000011',
    vneidName: 'Nguyễn Thị Minh An',
    birthdate: '19900615',
  },
  {
    zaloId: '8080808080808080802',
    name: 'Tư Hiền',
    personalNumber: '999090000017',
    vneidName: 'Trần Văn Hiền',
    birthdate: '19900615',
  },
] as const;

export const MINI_APP_ID = '2646373759294038927';
export const HOUSE_OA_ID = '2718281828459045235';
export type HotlineOa = {
  readonly oaId: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly secret: string;
  readonly refreshToken: string;
};

/** Somebody else's app at Zalo: what its tokens are worth here. */
export const FOREIGN_ZALO_APP = {
  appId: '9999999999999999999',
  appSecret: randomBytes(16).toString('hex'),
  redirectUris: [],
};

export type TestHouse = {
  readonly issuer: string;
  readonly config: Config;
  readonly broker: Broker;
  readonly db: Database;
  readonly zalo: ZaloTwin;
  readonly vneid: VneidTwin;
  readonly sms: SmsTwin;
  readonly register: RegisterTwin;
  readonly cardAuthority: CardAuthorityTwin;
  /** The hotline's Official Account at the twin. */
  readonly hotlineOa: HotlineOa;
  /** Everything the broker has logged, one JSON line each. */
  readonly logged: string[];
  /** A second process-like broker on the same database and issuer; its own port. */
  another(): Promise<Broker>;
  addClient(client: RegisteredClient): Promise<void>;
  stop(): Promise<void>;
};

export async function startHouse(
  databaseUrl: string,
  replace: Replacements & {
    environment?: Record<string, string>;
    /** With the events of the mini app, our own Official Account and the hotline's. */
    zaloEvents?: true;
  } = {},
): Promise<TestHouse> {
  const port = await anyFreePort();
  const issuer = `http://localhost:${port}`;
  const zaloApp = {
    appId: '1234567890123456789',
    appSecret: randomBytes(16).toString('hex'),
    redirectUris: [`${issuer}/zalo/ve`],
  };
  const vneidSecret = randomBytes(16).toString('hex');
  const apiKey = randomBytes(16).toString('hex');
  const secret = () => randomBytes(24).toString('hex');
  const [reportSecret, oaRefreshToken, oaSecret] = [secret(), secret(), secret()];
  const [miniAppKey, hotlineSecret] = [secret(), secret()];
  const hotlineOa = { oaId: '1022000000000001022', appId: '1022314159265358979', appSecret: secret(), secret: hotlineSecret, refreshToken: secret() }; // prettier-ignore
  const zaloEvents = {
    TNID_ZALO_MINIAPP_ID: MINI_APP_ID,
    TNID_ZALO_MINIAPP_API_KEY: miniAppKey,
    TNID_OA_SECRET: oaSecret,
    TNID_HOTLINE_OA_ID: hotlineOa.oaId,
    TNID_HOTLINE_APP_ID: hotlineOa.appId,
    TNID_HOTLINE_OA_SECRET: hotlineOa.secret,
  };
  const [zalo, vneid, sms] = await Promise.all([
    startZalo({
      apps: [
        zaloApp,
        { appId: hotlineOa.appId, appSecret: hotlineOa.appSecret, redirectUris: [] },
        FOREIGN_ZALO_APP,
      ],
      miniApps: [{ miniAppId: MINI_APP_ID, appId: zaloApp.appId, apiKey: miniAppKey }],
      citizens: citizens.map(({ zaloId, name }) => ({ zaloId, name })),
      oas: [
        { oaId: HOUSE_OA_ID, appId: zaloApp.appId, secretKey: oaSecret, refreshToken: oaRefreshToken },
        { ...hotlineOa, secretKey: hotlineOa.secret },
      ],
    }),
    startVneid({
      clients: [{ clientId: 'tayninh-id', secret: vneidSecret, redirectUris: [`${issuer}/vneid/ve`] }],
    }),
    startSms({ apiKey, reportTo: { url: `${issuer}/tin-nhan/bao-nhan/sms`, secret: reportSecret } }),
  ]);
  const register = await startRegister();
  const cardAuthority = await startCardAuthority({ apiKey });
  const environment = {
    TNID_ISSUER: issuer,
    TNID_LISTEN: `127.0.0.1:${port}`,
    TNID_DATABASE_URL: databaseUrl,
    TNID_KEK: randomBytes(32).toString('base64url'),
    TNID_SHUTDOWN_SECONDS: '2',
    TNID_ZALO_APP_ID: zaloApp.appId,
    TNID_ZALO_APP_SECRET: zaloApp.appSecret,
    TNID_ZALO_OAUTH_URL: zalo.url,
    TNID_ZALO_GRAPH_URL: zalo.url,
    TNID_VNEID_ISSUER: vneid.issuer,
    TNID_VNEID_AUTHORIZATION_URL: vneid.authorizationUrl,
    TNID_VNEID_TOKEN_URL: vneid.tokenUrl,
    TNID_VNEID_USERINFO_URL: vneid.userinfoUrl,
    TNID_VNEID_JWKS_URL: vneid.jwksUrl,
    TNID_VNEID_CLIENT_ID: 'tayninh-id',
    TNID_VNEID_CLIENT_SECRET: vneidSecret,
    TNID_SMS_URL: sms.url,
    TNID_SMS_API_KEY: apiKey,
    TNID_SMS_WEBHOOK_SECRET: reportSecret,
    TNID_ZALO_ZNS_URL: zalo.url,
    TNID_ZNS_OA_ID: HOUSE_OA_ID,
    TNID_ZNS_REFRESH_TOKEN: oaRefreshToken,
    TNID_ZNS_CODE_TEMPLATE: '100001',
    TNID_ZNS_NOTICE_TEMPLATE: '100002',
    TNID_CARD_AUTHORITY_URL: cardAuthority.url,
    TNID_CARD_AUTHORITY_API_KEY: apiKey,
    TNID_REGISTER_URL: register.serviceUrl,
    TNID_REGISTER_INTEGRATION: 'TNID',
    TNID_REGISTER_SERVICE: '1.000001.000.00.00.H80',
    TNID_REGISTER_OFFICER: 'tnid-system',
    TNID_REGISTER_LEGAL_BASIS: 'art19_1_c',
    TNID_REGISTER_LEGAL_REF: 'test',
    ...(replace.zaloEvents === true ? zaloEvents : {}),
    ...replace.environment,
  };
  const config = readConfig(environment);
  const logged: string[] = [];
  const log = createLog('debug', { write: (line: string) => void logged.push(line) });
  const pieces = { log, cards: testTrust([cardAuthority.csca]), ...replace };
  // Servers left open would keep the test's process, and its turn among the others, to the end of the run.
  const closeTwins = () =>
    Promise.all([zalo, vneid, sms, register, cardAuthority].map((twin) => twin.close()));
  const broker = await startBroker(config, pieces).catch(async (error: unknown) => {
    await closeTwins();
    throw error;
  });
  const db = openDatabase(databaseUrl, { maxConnections: 3 });
  const others: Broker[] = [];
  return {
    issuer,
    config,
    broker,
    db,
    zalo,
    vneid,
    sms,
    register,
    cardAuthority,
    hotlineOa,
    logged,
    async another() {
      const other = await startBroker({ ...config, TNID_LISTEN: { host: '127.0.0.1', port: 0 } }, pieces);
      others.push(other);
      return other;
    },
    async addClient(client) {
      await saveClient(db, client, new Date());
      await new Promise((resolve) => setTimeout(resolve, 50)); // the notification that drops cached clients
    },
    async stop() {
      await Promise.all([broker.stop(), ...others.map((one) => one.stop())]);
      await Promise.all([closeTwins(), db.close()]);
    },
  };
}

export type TestKey = {
  readonly privateJwk: JWK & { kid: string; alg: string };
  readonly publicJwk: JWK & { kid: string; alg: string };
};

export async function clientKey(): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const about = { kid: 'key-1', alg: 'ES256', use: 'sig' };
  return {
    privateJwk: { ...(await exportJWK(privateKey)), ...about },
    publicJwk: { ...(await exportJWK(publicKey)), ...about },
  };
}

export const portalClient = (clientId: string, redirectUri: string, key: TestKey): RegisteredClient => ({
  clientId,
  kind: 'portal',
  class: 'gov_portal',
  serviceId: undefined,
  metadata: {
    client_id: clientId,
    client_name: 'Cổng thử',
    redirect_uris: [redirectUri],
    jwks: { keys: [key.publicJwk] },
    post_logout_redirect_uris: [new URL('/', redirectUri).href],
  },
});

export const serviceClient = (clientId: string, serviceId: string, key: TestKey): RegisteredClient => ({
  clientId,
  kind: 'service',
  class: 'service',
  serviceId,
  metadata: {
    client_id: clientId,
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    jwks: { keys: [key.publicJwk] },
    require_pushed_authorization_requests: false,
  },
});

export { anyFreePort as freePort } from '../../sandbox/ports.ts';
