// Composition root: configuration → database → adapters → domain → provider and pages. The only
// file that knows every folder; it cannot know sandbox/, so a fake cannot ship.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { outdateAccount } from './accounts/watermark.ts';
import { createClientFetch } from './adapters/client-calls/fetch.ts';
import { createPushReceiver } from './adapters/client-calls/push.ts';
import { openClients } from './adapters/oidc-storage/clients.ts';
import { createGrants } from './adapters/oidc-storage/grants.ts';
import { createReplayStore } from './adapters/oidc-storage/replay.ts';
import { createStorage } from './adapters/oidc-storage/storage.ts';
import { deliverDue } from './codes/outbox.ts';
import { expireRequests } from './assisted/answer.ts';
import { createBatch } from './audit/batch.ts';
import { recordAccess } from './audit/record.ts';
import { countStepUps } from './audit/service-figures.ts';
import { openCardTrust } from './cards/chip/trust-directory.ts';
import { openPublished } from './catalogue/publish.ts';
import { compareWithFiles, findPublished, publishedNumber, type Published } from './catalogue/published.ts';
import { signCatalogue, signerFromJwk } from './catalogue/sign.ts';
import type { Config } from './config.ts';
import { purposeLedger } from './consent/publish.ts';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { Refusal } from './errors.ts';
import { openEnvelope } from './keys/envelope.ts';
import { currentKey, loadSigningKeys } from './keys/signing-keys.ts';
import { openVault } from './keys/vault.ts';
import { isMigrated } from './migrations/migrate.ts';
import { removeExpired } from './operations/clean-up.ts';
import { watchDependencies } from './operations/dependencies.ts';
import type { Dependencies } from './operations/dependencies.ts';
import { answerHealth } from './operations/health.ts';
import { createLog } from './operations/log.ts';
import type { Log } from './operations/log.ts';
import { createMetrics } from './operations/metrics.ts';
import type { Metrics } from './operations/metrics.ts';
import { openServer } from './operations/server.ts';
import { startWorkers } from './operations/workers.ts';
import { createDocuments } from './provider/documents.ts';
import { createProvider } from './provider/provider.ts';
import { createNonces } from './provider/nonces.ts';
import { noticeEndingBindings } from './safety/binding-notices.ts';
import { createNotify } from './safety/notices.ts';
import { keepSectors, openSignals } from './signals/desk.ts';
import { mountPages } from './web/app.ts';
import { securityHeaders } from './web/headers.ts';
import { observe } from './web/observe.ts';
import { createOwnGuards } from './web/own-guards.ts';
import { OWN_CLIENT_ID, ownClient } from './web/own-sign-in.ts';
import { createProviderPages } from './web/provider-pages.ts';
import type { Site } from './web/site.ts';
import { codeLimits, connectUpstream, connectZns, methodsOffered } from './upstream.ts';

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
  readonly zaloApp?: Site['zaloApp'];
  /** Trust anchors of test cards: no setting reaches them. */
  readonly cards?: Site['cards'];
  /** Marks every page as a trial with made-up people. */
  readonly demo?: boolean;
};

type Ground = {
  readonly config: Config;
  readonly db: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly dependencies: Dependencies;
  readonly clock: () => Date;
};

const policies = new URL('./policies/services', import.meta.url).pathname;
const stylesheetFile = new URL('./views/style.css', import.meta.url).pathname;

/** Starts the broker. @throws Refusal or Error when the database, schema, keys or catalogue do not fit */
export async function startBroker(config: Config, replace: Replacements = {}): Promise<Broker> {
  const metrics = createMetrics();
  const ground: Ground = {
    config,
    db: openDatabase(config.TNID_DATABASE_URL, { maxConnections: config.TNID_DATABASE_CONNECTIONS }),
    log: replace.log ?? createLog(config.TNID_LOG_LEVEL),
    metrics,
    dependencies: watchDependencies(metrics),
    clock: replace.clock ?? (() => new Date()),
  };
  try {
    return await start(ground, replace);
  } catch (error) {
    await ground.db.close();
    throw error;
  }
}

async function start(ground: Ground, replace: Replacements): Promise<Broker> {
  const { config, db, log, metrics, clock } = ground;
  const issuer = config.TNID_ISSUER;
  const origin = new URL(issuer).host;
  if (!(await isMigrated(db))) {
    throw new Refusal('unavailable', 'the schema is not of this release: run `tnid migrate`', { reason: 'schema' }); // prettier-ignore
  }
  const envelope = openEnvelope(config.TNID_KEK, config.TNID_KEK_PREVIOUS);
  const vault = await openVault(db, envelope, clock());
  const opened = await openPublished({ db, origin, purposes: purposeLedger }, policies, clock());
  let published: Published = opened;
  const clients = openClients(db, () => clock().getTime(), [ownClient(issuer)]);
  const batch = createBatch(db, origin, (count) => log('error', 'audit.lost', { count }));
  const storage = createStorage(db, clients, replayAlarm(ground, origin));
  const cards = replace.cards ?? (await openCardTrust(config.TNID_CSCA_DIR));
  const upstream = { ...connectUpstream(ground), zns: connectZns(ground, vault), cards };
  const style = await readFile(stylesheetFile);
  const stylesheetHref = `/assets/style.${createHash('sha256').update(style).digest('hex').slice(0, 12)}.css`;
  const demo = replace.demo === true;
  const zaloNotices = upstream.zns !== undefined && config.TNID_ZNS_NOTICE_TEMPLATE !== undefined;
  const noticeHouse = { db, vault, origin, issuer, zaloNotices };
  const callClient = createClientFetch(config.TNID_INTRANET_HOSTS);
  const receiver = createPushReceiver(callClient, { intranetHosts: config.TNID_INTRANET_HOSTS });
  const loadKeys = () => loadSigningKeys(db, envelope, 'signal', clock());
  const signals = openSignals({ ...ground, vault, issuer, origin, acrBase: config.TNID_ACR_BASE, receiver, loadKeys }); // prettier-ignore
  let running = await assemble(published);

  // One after the other: the last to be swapped in is the last that was read.
  let assembling: Promise<void> = Promise.resolve();
  function reassemble(): Promise<void> {
    assembling = assembling
      .catch(() => {})
      .then(async () => {
        const newest = (await findPublished(db)) ?? published;
        running = await assemble(newest);
        published = newest;
      });
    return assembling;
  }

  // A provider reads its keys once; a rotation, or another catalogue, builds the next one beside the
  // old and swaps.
  async function assemble({ catalogue, publishedAt }: Published) {
    const [tokenKeys, receiptKeys] = await Promise.all([
      loadSigningKeys(db, envelope, 'token', clock()),
      loadSigningKeys(db, envelope, 'receipt', clock()),
    ]);
    signals.forgetKeys();
    await keepSectors(db, catalogue);
    const site: Site = {
      ...ground,
      ...upstream,
      ...(replace.zalo === undefined ? {} : { zalo: replace.zalo }),
      ...(replace.zaloApp === undefined ? {} : { zaloApp: replace.zaloApp }),
      ...noticeHouse,
      acrBase: config.TNID_ACR_BASE,
      catalogue,
      findClient: clients.find,
      callClient,
      signals,
      tokenKeys,
      receiptKey: () => currentKey(receiptKeys),
      dpopNonceSecret: envelope.derive('dpop-nonce'),
      nonces: createNonces(envelope.derive('dpop-nonce')),
      cookieKeys: envelope.deriveAll('cookie').map(({ key }) => key.toString('base64url')),
      csrfKey: envelope.derive('csrf'),
      vneidIssuer: config.TNID_VNEID_ISSUER,
      count: metrics.count,
      measure: metrics.measure,
      recordSoon: (event) => batch.add({ ...event, outcome: 'ok', actor: 'self' }, clock()),
      pages: createProviderPages({ stylesheetHref, demo }),
      provider: () => provider,
      grants: createGrants(db),
      methods: methodsOffered(upstream),
      notify: createNotify(noticeHouse),
      cards,
      ...codeLimits(ground, upstream),
      stylesheetHref,
      ownClientId: OWN_CLIENT_ID,
      demo,
      trustedProxies: config.TNID_TRUSTED_PROXIES,
    };
    const provider = createProvider(site, storage, [observe(site), securityHeaders()]);
    const documents = createDocuments();
    const sign = signerFromJwk({ ...currentKey(tokenKeys).privateJwk });
    const signed = await signCatalogue(catalogue, { issuer, now: publishedAt, sign });
    const guards = createOwnGuards(site, createReplayStore(db));
    provider.use(documents.keep);
    mountPages(provider, { site, assets: { stylesheet: { path: stylesheetHref, bytes: style } }, guards, catalogue: () => signed }); // prettier-ignore
    return { handle: provider.callback(), documents };
  }

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (answerHealth(ground, request, response) || running.documents.answer(request, response)) return;
    void running.handle(request, response);
  };
  const server = await openServer(config.TNID_LISTEN, answer);
  const metricsServer =
    config.TNID_METRICS_LISTEN && (await openServer(config.TNID_METRICS_LISTEN, metrics.answer));
  const stopWorkers = await startWorkers(
    ground,
    [
      {
        name: 'outbox',
        everyMs: 1_000,
        channel: 'tnid_outbox',
        work: async () => {
          while ((await deliverDue(db, vault, upstream, clock())) > 0);
        },
      },
      signals.worker,
      {
        name: 'clean-up',
        everyMs: 60_000,
        work: async () => {
          while ((await removeExpired(db)) >= 2_000);
        },
      },
      {
        name: 'step-up-counts',
        everyMs: 60_000,
        work: () => countStepUps(db, published.catalogue.services, clock()),
      },
      {
        name: 'assisted-requests',
        everyMs: 60_000,
        work: async () => void (await expireRequests({ db, origin }, clock())),
      },
      {
        name: 'binding-notices',
        everyMs: 3_600_000,
        work: async () => {
          while ((await noticeEndingBindings(noticeHouse, clock())) > 0);
        },
      },
      {
        // Also by the clock: a retired key leaves the published set without any notification.
        name: 'keys',
        everyMs: 600_000,
        channel: 'tnid_keys',
        work: reassemble,
      },
      {
        name: 'catalogue',
        everyMs: 60_000,
        channel: 'tnid_catalogue',
        work: async () => {
          if ((await publishedNumber(db)) === published.number) return;
          await reassemble();
          log('info', 'catalogue.reloaded', { catalogue: published.catalogue.version });
        },
      },
    ],
    [{ channel: 'tnid_clients', heard: () => clients.forget() }, signals.listener],
  );
  log('info', 'started', { issuer, port: server.port, catalogue: published.catalogue.version });
  // Beside the first requests: whoever changed a file and forgot to publish it is told, nobody waits.
  const compared =
    opened.fromFiles ||
    compareWithFiles(policies, opened.catalogue).then((files) => {
      if (files.outcome !== 'same') log('warn', 'catalogue.unpublished', { published: opened.catalogue.version, ...files }); // prettier-ignore
    });
  return {
    url: issuer,
    port: server.port,
    metricsPort: metricsServer?.port,
    async stop() {
      // Beside the draining: whoever waits for events is let go at once.
      await Promise.all([signals.stop(), server.drain(config.TNID_SHUTDOWN_SECONDS), metricsServer?.drain(1)]); // prettier-ignore
      await Promise.all([stopWorkers(), compared]);
      await batch.stop();
      await db.close();
      log('info', 'stopped');
    },
  };
}

// A code or refresh token came twice, so somebody holds a copy. Its grant is gone already; tokens
// that are out die by watermark. Runs in the transaction of the request that noticed.
function replayAlarm({ db, log, clock }: Ground, origin: string): Parameters<typeof createStorage>[2] {
  return async ({ accountId, clientId, model }) => {
    log('warn', 'token.replayed', { client: clientId, model });
    if (accountId === undefined) return;
    await outdateAccount(db, { accountId, clientId }, clock());
    const event = { kind: 'token.replayed', outcome: 'refused', actor: 'system', accountId, clientId, details: { model } } as const; // prettier-ignore
    await recordAccess(db, origin, event, clock());
  };
}
