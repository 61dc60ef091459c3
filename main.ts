// Composition root: configuration → database → adapters → domain → provider and pages. The only
// file that knows every folder; it cannot know sandbox/, so a fake cannot ship.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openClients } from './adapters/oidc-storage/clients.ts';
import { createGrants } from './adapters/oidc-storage/grants.ts';
import { createStorage } from './adapters/oidc-storage/storage.ts';
import { createSmsGateway } from './adapters/sms/gateway.ts';
import { createVneidSignOn } from './adapters/vneid/sign-on.ts';
import { createZaloLogin } from './adapters/zalo/login.ts';
import { outdateAccount } from './accounts/watermark.ts';
import { createBudgets } from './assurance/budgets.ts';
import { createBatch } from './audit/batch.ts';
import { recordAccess } from './audit/record.ts';
import { loadCatalogue } from './catalogue/load.ts';
import { signCatalogue, signerFromJwk } from './catalogue/sign.ts';
import type { Config } from './config.ts';
import { publishPurposes } from './consent/publish.ts';
import { openDatabase } from './database.ts';
import { Refusal } from './errors.ts';
import { answerHealth } from './health.ts';
import { openEnvelope } from './keys/envelope.ts';
import { loadSigningKeys } from './keys/signing-keys.ts';
import { openVault } from './keys/vault.ts';
import { isMigrated } from './migrations/migrate.ts';
import { createLog, createMetrics } from './observability.ts';
import type { Log } from './observability.ts';
import { createGuard } from './packages/guard/guard.ts';
import { createDocuments } from './provider/documents.ts';
import { createProvider } from './provider/provider.ts';
import type { BrokerProvider } from './provider/provider.ts';
import { apiCatalogue } from './provider/api.ts';
import { apiAudience } from './provider/resource-servers.ts';
import { mountPages } from './web/app.ts';
import { OWN_CLIENT_ID, ownClient } from './web/own-sign-in.ts';
import { createProviderPages } from './web/provider-pages.ts';
import type { Site } from './web/site.ts';
import { startWorkers } from './workers.ts';

export type Broker = {
  readonly url: string;
  readonly port: number;
  readonly metricsPort: number | undefined;
  stop(): Promise<void>;
};

/** Pieces a bench or a test puts in place of the real thing; production passes none. */
export type Replacements = {
  readonly log?: Log;
  readonly clock?: () => Date;
  readonly zalo?: Site['zalo'];
  /** Marks every page as a trial with made-up people. */
  readonly demo?: boolean;
};

const policies = new URL('./policies/services', import.meta.url).pathname;
const stylesheetFile = new URL('./views/style.css', import.meta.url).pathname;

/** Starts the broker. @throws Refusal or Error when the database, schema, keys or catalogue do not fit */
export async function startBroker(config: Config, replace: Replacements = {}): Promise<Broker> {
  const log = replace.log ?? createLog(config.TNID_LOG_LEVEL);
  const clock = replace.clock ?? (() => new Date());
  const metrics = createMetrics();
  const issuer = config.TNID_ISSUER;
  const origin = new URL(issuer).host;
  const db = openDatabase(config.TNID_DATABASE_URL, { maxConnections: config.TNID_DATABASE_CONNECTIONS });
  if (!(await isMigrated(db)))
    throw new Refusal('unavailable', 'the database schema is not of this release: run `tnid migrate`', {
      reason: 'schema',
    });

  const envelope = openEnvelope(config.TNID_KEK, config.TNID_KEK_PREVIOUS);
  const vault = await openVault(db, envelope, clock());
  const catalogue = await loadCatalogue(policies);
  await publishPurposes(db, catalogue, clock());
  const clients = openClients(db, () => clock().getTime(), [ownClient(issuer)]);
  const grants = createGrants(db);
  const batch = createBatch(db, origin, (count) => log('error', 'audit.lost', { count }));
  const storage = createStorage(db, clients, async ({ accountId, clientId, model }) => {
    if (accountId === undefined) return;
    await outdateAccount(db, { accountId, clientId }, clock());
    await recordAccess(
      db,
      origin,
      {
        kind: 'token.replayed',
        outcome: 'refused',
        actor: 'system',
        accountId,
        clientId,
        details: { model },
      },
      clock(),
    );
    log('warn', 'token.replayed', { client: clientId, model });
  });
  const zalo =
    replace.zalo ??
    createZaloLogin({
      appId: config.TNID_ZALO_APP_ID,
      appSecret: config.TNID_ZALO_APP_SECRET,
      oauthUrl: config.TNID_ZALO_OAUTH_URL,
      graphUrl: config.TNID_ZALO_GRAPH_URL,
      redirectUri: `${issuer}/zalo/ve`,
      onFailure: (failure, facts) => {
        metrics.count('upstream_failure', { system: 'zalo', failure });
        log(facts.class === 'config' ? 'error' : 'warn', 'zalo.failed', { failure, ...facts });
      },
    });
  const vneid = createVneidSignOn({
    issuer: config.TNID_VNEID_ISSUER,
    authorizationUrl: config.TNID_VNEID_AUTHORIZATION_URL,
    tokenUrl: config.TNID_VNEID_TOKEN_URL,
    userinfoUrl: config.TNID_VNEID_USERINFO_URL,
    jwksUrl: config.TNID_VNEID_JWKS_URL,
    clientId: config.TNID_VNEID_CLIENT_ID,
    clientAuth: vneidAuth(config),
    redirectUri: `${issuer}/vneid/ve`,
    acrValues: config.TNID_VNEID_ACR_VALUES,
    algorithms: config.TNID_VNEID_ALGORITHMS,
    idpValues: config.TNID_VNEID_IDP_VALUES,
    minIal: config.TNID_VNEID_MIN_IAL,
  });
  const sms = createSmsGateway({
    url: config.TNID_SMS_URL,
    apiKey: config.TNID_SMS_API_KEY,
    brandName: config.TNID_SMS_BRAND,
  });

  const style = await readFile(stylesheetFile);
  const stylesheetHref = `/assets/style.${createHash('sha256').update(style).digest('hex').slice(0, 12)}.css`;
  const demo = replace.demo === true;
  let keys = await loadSigningKeys(db, envelope, 'token', clock());
  let receiptKeys = await loadSigningKeys(db, envelope, 'receipt', clock());
  let running:
    | {
        provider: BrokerProvider;
        handle: ReturnType<BrokerProvider['callback']>;
        documents: ReturnType<typeof createDocuments>;
      }
    | undefined;
  let signed = { jws: '', etag: '' };

  const guard = createGuard({
    issuer,
    audience: apiAudience(issuer),
    baseUrl: issuer,
    acrBase: config.TNID_ACR_BASE,
    now: clock,
    sources: {
      jwks: () => ({
        keys: keys.map(({ kid, publicKey }) => ({
          ...publicKey.export({ format: 'jwk' }),
          kid,
          alg: 'ES256',
          use: 'sig',
        })),
      }),
      catalogue: () => apiCatalogue(issuer, catalogue.version),
      watermarks: () => ({ as_of: Math.floor(clock().getTime() / 1000), entries: [] }),
    },
  });

  // A provider reads its keys once; a rotation builds the next one beside the old and swaps.
  const assemble = async (): Promise<void> => {
    [keys, receiptKeys] = await Promise.all([
      loadSigningKeys(db, envelope, 'token', clock()),
      loadSigningKeys(db, envelope, 'receipt', clock()),
    ]);
    const site: Site = {
      db,
      vault,
      issuer,
      origin,
      acrBase: config.TNID_ACR_BASE,
      catalogue,
      findClient: clients.find,
      tokenKeys: keys,
      dpopNonceSecret: envelope.derive('dpop-nonce'),
      cookieKeys: envelope.deriveAll('cookie').map(({ key }) => key.toString('base64url')),
      clock,
      log,
      count: metrics.count,
      measure: metrics.measure,
      recordSoon: ({ accountId, clientId, serviceId, details }) =>
        batch.add(
          { kind: 'token.issued', outcome: 'ok', actor: 'self', accountId, clientId, serviceId, details },
          clock(),
        ),
      pages: createProviderPages({ stylesheetHref, demo }),
      provider: () => provider,
      receiptKey: () => current(receiptKeys),
      grants,
      zalo,
      vneid,
      budgets: createBudgets(db, { channelPerHour: config.TNID_SMS_PER_HOUR }),
      upstreamOrigins: [config.TNID_ZALO_OAUTH_URL, config.TNID_VNEID_AUTHORIZATION_URL].map(
        (url) => new URL(url).origin,
      ),
      csrfKey: envelope.derive('csrf'),
      stylesheetHref,
      ownClientId: OWN_CLIENT_ID,
      demo,
      trustedProxies: config.TNID_TRUSTED_PROXIES,
    };
    const provider = createProvider(site, storage);
    const documents = createDocuments();
    provider.use(documents.keep);
    mountPages(provider, {
      site,
      assets: { stylesheet: { path: stylesheetHref, bytes: style } },
      guard,
      catalogue: () => signed,
    });
    signed = await signCatalogue(catalogue, {
      issuer,
      now: clock(),
      sign: signerFromJwk({ ...current(keys).privateJwk }),
    });
    running = { provider, handle: provider.callback(), documents };
  };
  await assemble();

  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    if (
      running === undefined ||
      answerHealth({ db, log, metrics }, request, response) ||
      running.documents.answer(request, response)
    )
      return;
    void running.handle(request, response);
  };
  const server = createServer(
    { maxHeaderSize: 16_384, requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
    handler,
  );
  await listen(server, config.TNID_LISTEN);
  const metricsServer =
    config.TNID_METRICS_LISTEN === undefined
      ? undefined
      : createServer((_request, response) => void sendMetrics(metrics, response));
  if (metricsServer !== undefined && config.TNID_METRICS_LISTEN !== undefined)
    await listen(metricsServer, config.TNID_METRICS_LISTEN);
  const stopWorkers = await startWorkers({
    db,
    vault,
    sms,
    clock,
    log,
    onClients: () => clients.forget(),
    onKeys: assemble,
  });

  const { port } = server.address() as AddressInfo; // a TCP server that listens has one
  log('info', 'started', { issuer, port, catalogue: catalogue.version });
  return {
    url: issuer,
    port,
    metricsPort: metricsServer === undefined ? undefined : (metricsServer.address() as AddressInfo).port, // as above
    async stop() {
      await Promise.all([
        drain(server, config.TNID_SHUTDOWN_SECONDS),
        metricsServer === undefined ? undefined : drain(metricsServer, 1),
      ]);
      await stopWorkers();
      await batch.stop();
      await db.close();
      log('info', 'stopped');
    },
  };
}

function vneidAuth(config: Config) {
  if (config.TNID_VNEID_PRIVATE_KEY !== undefined)
    return { method: 'private_key_jwt' as const, privateKey: config.TNID_VNEID_PRIVATE_KEY };
  if (config.TNID_VNEID_CLIENT_SECRET === undefined) throw new Error('VNeID needs a secret or a key'); // config.ts has checked it
  return { method: 'client_secret_basic' as const, secret: config.TNID_VNEID_CLIENT_SECRET };
}

function current<T extends { state: string }>(keys: readonly T[]): T {
  const key = keys.find(({ state }) => state === 'current');
  if (key === undefined) throw new Error('no current key');
  return key;
}

const listen = (server: Server, { host, port }: { host: string; port: number }) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

// Takes nothing new, lets what runs finish, then cuts what is left.
async function drain(server: Server, seconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), seconds * 1000);
  await closed;
  clearTimeout(cut);
}

async function sendMetrics(
  metrics: ReturnType<typeof createMetrics>,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': metrics.registry.contentType });
  response.end(await metrics.registry.metrics());
}
