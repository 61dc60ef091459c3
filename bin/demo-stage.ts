// The whole house with its neighbours in one process: PostgreSQL is given, everything else starts
// here. Used by bin/demo and by the journeys in test/.

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { saveClient } from '../adapters/oidc-storage/clients.ts';
import { listEvents, type ListedEvent } from '../audit/search.ts';
import { testTrust } from '../cards/chip/trust.ts';
import { openPublished } from '../catalogue/publish.ts';
import { readConfig } from '../config.ts';
import { purposeLedger } from '../consent/publish.ts';
import { openDatabase, type Database } from '../database.ts';
import { startBroker } from '../main.ts';
import { migrate } from '../migrations/migrate.ts';
import { createLog } from '../operations/log.ts';
import { defaultAcrBase } from '../policies/level.ts';
import {
  demoClients,
  keptClientKeys,
  keptKek,
  type ClientKey,
  type DemoClient,
} from '../sandbox/keepsakes.ts';
import { startDesk } from '../sandbox/desk/server.ts';
import { startPortal } from '../sandbox/portal/server.ts';
import { choosePorts } from '../sandbox/ports.ts';
import { createRelyingParty } from '../sandbox/relying-party/relying-party.ts';
import { dossierAudience, startDossier } from '../sandbox/demo-services/dossier.ts';
import { startHotline } from '../sandbox/hotline/server.ts';
import { startReport } from '../sandbox/demo-services/report.ts';
import { startNeighbours } from '../sandbox/start.ts';
import { seededPapers } from '../sandbox/citizen/papers.ts';
import type { Person } from '../sandbox/citizen/people.ts';
import type { Scene } from '../sandbox/story/scene.ts';
import { publishChangedFiles } from './demo-catalogue.ts';
import { registerDesk } from './demo-desk.ts';
import { registerHotline } from './demo-hotline.ts';
import { registerMiniApp, startPhone } from './demo-phone.ts';
import { inviteApprovers, inviteOfficers, inviteOwners, type DemoOfficer } from './demo-officers.ts';

/** The ports people can remember. */
export const usualPorts = {
  broker: 8080,
  portal: 8081,
  zalo: 8082,
  vneid: 8083,
  register: 8084,
  sms: 8085,
  dossier: 8086,
  report: 8087,
  cards: 8088,
  miniapp: 8089,
  hotline: 8090,
  desk: 8092,
};
export type PortName = keyof typeof usualPorts;
export const anyPorts: Readonly<Record<PortName, number>> = {
  broker: 0,
  portal: 0,
  zalo: 0,
  vneid: 0,
  register: 0,
  sms: 0,
  dossier: 0,
  report: 0,
  cards: 0,
  miniapp: 0,
  hotline: 0,
  desk: 0,
};

export type Stage = {
  readonly issuer: string;
  readonly portal: string;
  readonly views: string;
  readonly phone: string;
  /** The mini app on a telephone with Zalo. */
  readonly miniApp: string;
  /** Where an operator of the hotline asks for a citizen on the telephone. */
  readonly desk: string;
  /** The chat in which a citizen writes to the 1022 hotline on Zalo. */
  readonly hotline: string;
  readonly services: { readonly dossier: string; readonly report: string };
  readonly sandbox: {
    readonly zalo: string;
    readonly vneid: string;
    readonly register: string;
    readonly sms: string;
    readonly cards: string;
  };
  readonly people: readonly Person[];
  readonly officers: readonly DemoOfficer[];
  readonly approvers: readonly DemoOfficer[];
  readonly owners: readonly DemoOfficer[];
  /** With its password: a database on this machine that holds invented people only. */
  readonly database: string;
  /** What bin/tnid needs to work on the same house. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ports that were taken: what was wanted, what it became. */
  readonly moved: readonly { readonly name: PortName; readonly from: number; readonly to: number }[];
  scene(tell: (line: string) => void): Promise<Scene>;
  stop(): Promise<void>;
};

export async function startStage(options: {
  readonly databaseUrl: string;
  /** Keeps keys and the log. */
  readonly dataDir: string;
  readonly ports?: Readonly<Record<PortName, number>>;
  readonly feedIntervalMs?: number;
  /** A folder to publish first instead of policies/services, in an empty database. */
  readonly services?: string;
  /** host:port of further clients on this machine that are told about log-outs. */
  readonly told?: readonly string[];
}): Promise<Stage> {
  const { databaseUrl, dataDir } = options;
  const wanted = options.ports ?? usualPorts;
  await mkdir(dataDir, { recursive: true });
  const [{ ports, moved }, kek, keys] = await Promise.all([
    choosePorts(wanted),
    keptKek(dataDir),
    keptClientKeys(dataDir),
    migrate(databaseUrl),
  ]);
  const at = (name: PortName) => `http://localhost:${ports[name]}`;
  const issuer = at('broker');

  // Stopped in the reverse order of starting, also when a later part does not start.
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (let one = stops.pop(); one !== undefined; one = stops.pop()) await one();
  };
  try {
    const db = openDatabase(databaseUrl, { maxConnections: 2 });
    stops.push(() => db.close());
    const webhooks = { hotline: `${at('hotline')}/zalo/su-kien`, house: `${issuer}/zalo/su-kien`, miniApp: `${issuer}/zalo/thu-hoi` }; // prettier-ignore
    const neighbours = await startNeighbours({ issuer, webhooks, ports });
    stops.push(() => neighbours.stop());
    await registerClients(db, keys, at('portal'));
    await registerMiniApp(db, issuer, at('miniapp'), new Date());
    const desk = await registerDesk(db, new Date());
    const hotline = await registerHotline(db, new Date());
    const officers = await inviteOfficers(db, issuer, new Date());
    const approvers = await inviteApprovers(db, issuer, new Date());
    const owners = await inviteOwners(db, issuer, new Date());
    if (options.services === undefined) await publishChangedFiles(db, issuer, new Date());
    else await openPublished({ db, origin: new URL(issuer).host, purposes: purposeLedger }, options.services, new Date()); // prettier-ignore
    const config = readConfig({
      TNID_ISSUER: issuer,
      TNID_LISTEN: `localhost:${ports.broker}`,
      TNID_DATABASE_URL: databaseUrl,
      TNID_KEK: kek,
      // The services of the catalogue know the levels by these names, wherever the broker stands.
      TNID_ACR_BASE: defaultAcrBase.replace(/\/$/, ''),
      TNID_SHUTDOWN_SECONDS: '2',
      // The portal is told about log-outs, and it stands on this machine.
      TNID_INTRANET_HOSTS: [`localhost:${ports.portal}`, ...(options.told ?? [])].join(','),
      ...neighbours.settings,
    });
    const logFile = createWriteStream(join(dataDir, 'demo.log'), { flags: 'a', mode: 0o600 });
    stops.push(() => new Promise<void>((resolve) => logFile.end(() => resolve())));
    const broker = await startBroker(config, {
      demo: true,
      cards: testTrust([neighbours.csca]),
      log: createLog('info', logFile),
    });
    stops.push(() => broker.stop());

    const feed = options.feedIntervalMs === undefined ? {} : { feedIntervalMs: options.feedIntervalMs };
    const service = (name: 'hoso' | 'phananh') => ({
      issuer,
      client: { clientId: name, privateKey: keys[name].privateKey },
      allowedOrigins: [at('miniapp')],
      ...feed,
    });
    const registration = {
      issuer,
      clientId: 'portal',
      privateKey: keys.portal.privateKey,
      redirectUri: `${at('portal')}/ve`,
    };
    const started = await Promise.all([
      startHotline({
        port: ports.hotline,
        issuer,
        ...hotline,
        account: neighbours.hotline,
        zaloUrl: neighbours.urls.zalo,
        dossier: { audience: dossierAudience, url: at('dossier') },
      }),
      startDesk({ port: ports.desk, issuer, ...desk, services: { dossier: at('dossier'), report: at('report') } }), // prettier-ignore
      startDossier({ ...service('hoso'), port: ports.dossier, baseUrl: at('dossier') }),
      startReport({ ...service('phananh'), port: ports.report, baseUrl: at('report') }),
      startPortal({
        port: ports.portal,
        registration,
        services: { dossier: at('dossier'), report: at('report') },
        tryout: { issuer, phone: `${neighbours.urls.sms}/phone`, cards: neighbours.urls.cards, people: seededPapers, officers }, // prettier-ignore
      }),
      startPhone({
        port: ports.miniapp,
        issuer,
        zaloUrl: neighbours.urls.zalo,
        cardsUrl: neighbours.urls.cards,
        settings: neighbours.settings,
        services: { hoso: at('dossier'), phananh: at('report') },
      }),
    ]);
    for (const one of started) stops.push(() => one.stop());

    return {
      issuer,
      portal: at('portal'),
      views: `${at('portal')}/views`,
      phone: `${neighbours.urls.sms}/phone`,
      miniApp: at('miniapp'),
      desk: at('desk'),
      hotline: neighbours.hotline.chatUrl,
      services: { dossier: at('dossier'), report: at('report') },
      sandbox: neighbours.urls,
      people: neighbours.people,
      officers,
      approvers,
      owners,
      database: databaseUrl,
      environment: { TNID_ISSUER: issuer, TNID_DATABASE_URL: databaseUrl, TNID_KEK: kek },
      moved: moved.map((name) => ({ name, from: wanted[name], to: ports[name] })),
      scene: async (tell) => ({
        issuer,
        acrBase: config.TNID_ACR_BASE,
        party: await createRelyingParty(registration),
        services: { dossier: at('dossier'), report: at('report') },
        sandbox: neighbours.urls,
        events: async (since) => inOrder(await listEvents(db, { since, limit: 200 })),
        tell,
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

// Oldest first. Events of one instant are told apart by their place in the stream.
function inOrder(events: readonly ListedEvent[]): ListedEvent[] {
  return events.toSorted(
    (a, b) => a.at.getTime() - b.at.getTime() || (a.stream === b.stream ? a.n - b.n : 0),
  );
}

/** The service the portal stands for: its purposes say what it may know of people. */
const PORTAL_SERVICE = 'https://cong.dichvu.tayninh.gov.vn';

/** What `tnid service add` does, for the four clients of the demo. */
async function registerClients(
  db: Database,
  keys: Readonly<Record<DemoClient, ClientKey>>,
  portal: string,
): Promise<void> {
  const now = new Date();
  for (const name of demoClients) {
    const jwks = { keys: [{ ...keys[name].publicKey }] };
    const shared = { client_id: name, jwks, token_endpoint_auth_method: 'private_key_jwt' as const };
    if (name === 'portal') {
      const metadata = {
        ...shared,
        client_name: 'Cổng tiện ích Tây Ninh (bản thử)',
        redirect_uris: [`${portal}/ve`],
        post_logout_redirect_uris: [`${portal}/`],
        backchannel_logout_uri: `${portal}/thoat-tu-xa`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'refresh_token'],
      };
      await saveClient(
        db,
        { clientId: name, kind: 'portal', class: 'gov_portal', serviceId: PORTAL_SERVICE, metadata },
        now,
      );
    } else {
      const metadata = {
        ...shared,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      };
      const serviceId = `https://${name}.dichvu.tayninh.gov.vn`;
      await saveClient(db, { clientId: name, kind: 'service', class: 'service', serviceId, metadata }, now);
    }
  }
}
