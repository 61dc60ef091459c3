// Every outside system of the province, played: Zalo, the VNeID hub, the population register, the
// authority behind the cards, the SMS gateway. Real HTTP servers on ports of their own; only the people in them are invented.

import { randomBytes } from 'node:crypto';
import { seededChild, seededPapers } from './citizen/papers.ts';
import { internationalNumber, seededPeople, type Person } from './citizen/people.ts';
import { startCardAuthority } from './card-authority/server.ts';
import { registerCitizens } from './register/citizens.ts';
import { startRegister } from './register/server.ts';
import { startSms } from './sms/server.ts';
import { startVneid } from './vneid/server.ts';
import { startZalo } from './zalo/server.ts';

export type Neighbours = {
  readonly urls: {
    readonly zalo: string;
    readonly vneid: string;
    readonly register: string;
    readonly sms: string;
    readonly cards: string;
  };
  /** The authority whose test cards the broker of the sandbox believes. */
  readonly csca: Buffer;
  /** What the broker must be told to meet them. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the hotline needs to speak as its Official Account. */
  readonly hotline: {
    readonly oaId: string;
    readonly appId: string;
    readonly appSecret: string;
    readonly oaSecret: string;
    readonly refreshToken: string;
    /** Where a person writes to it by hand. */
    readonly chatUrl: string;
  };
  readonly people: readonly Person[];
  stop(): Promise<void>;
};

const ZALO_APP_ID = '3141592653589793238';
const MINIAPP_ID = '2646373759294038927';
const HOUSE_OA_ID = '2718281828459045235';
const HOTLINE = { oaId: '1022000000000001022', appId: '1022314159265358979', name: '1022 Tây Ninh' };
const VNEID_CLIENT = 'tay-ninh-id-thu';
// Names, not addresses: cookies and certificates know hosts by name.
const HOST = 'localhost';

/** @param issuer where the neighbours send people back to */
export async function startNeighbours(options: {
  readonly issuer: string;
  /** Where Zalo tells what happened; what has no address is told to nobody. */
  readonly webhooks?: {
    readonly hotline?: string | undefined;
    readonly house?: string | undefined;
    readonly miniApp?: string | undefined;
  };
  readonly ports: {
    readonly zalo: number;
    readonly vneid: number;
    readonly register: number;
    readonly sms: number;
    readonly cards: number;
  };
}): Promise<Neighbours> {
  const { issuer, ports, webhooks = {} } = options;
  // Made up at each start: both ends of each secret live in this process.
  const secret = () => randomBytes(24).toString('base64url');
  const [appSecret, clientSecret, apiKey] = [secret(), secret(), secret()];
  const [reportSecret, oaRefreshToken, oaSecret, miniAppKey] = [secret(), secret(), secret(), secret()];
  const hotline = { ...HOTLINE, appSecret: secret(), oaSecret: secret(), refreshToken: secret() };
  const people = seededPeople;
  const child = { ...seededChild, name: seededPapers.find(({ isChild }) => isChild)?.name ?? '' };
  const smsUrl = `http://${HOST}:${ports.sms}`;
  const servers = await Promise.all([
    startZalo({
      host: HOST,
      port: ports.zalo,
      apps: [
        { appId: ZALO_APP_ID, appSecret, redirectUris: [`${issuer}/zalo/ve`], name: 'Tây Ninh ID (bản thử)' },
        { appId: hotline.appId, appSecret: hotline.appSecret, redirectUris: [], name: hotline.name },
      ],
      miniApps: [
        { miniAppId: MINIAPP_ID, appId: ZALO_APP_ID, apiKey: miniAppKey, webhookUrl: webhooks.miniApp },
      ],
      oas: [
        {
          oaId: HOUSE_OA_ID,
          appId: ZALO_APP_ID,
          secretKey: oaSecret,
          refreshToken: oaRefreshToken,
          name: 'Tây Ninh ID',
          webhookUrl: webhooks.house,
        },
        {
          oaId: hotline.oaId,
          appId: hotline.appId,
          secretKey: hotline.oaSecret,
          refreshToken: hotline.refreshToken,
          name: hotline.name,
          webhookUrl: webhooks.hotline,
        },
      ],
      citizens: [...people, child].map(({ zaloId, name, phone }) => ({ zaloId, name, phone })),
      phoneOrigin: `${smsUrl}/phone`,
    }),
    startVneid({
      host: HOST,
      port: ports.vneid,
      clients: [{ clientId: VNEID_CLIENT, secret: clientSecret, redirectUris: [`${issuer}/vneid/ve`] }],
    }),
    startRegister({ host: HOST, port: ports.register }),
    startSms({
      host: HOST,
      port: ports.sms,
      apiKey,
      phones: [...people, child].map(({ phone }) => internationalNumber(phone)),
      reportTo: { url: `${issuer}/tin-nhan/bao-nhan/sms`, secret: reportSecret },
    }),
    startCardAuthority({
      host: HOST,
      port: ports.cards,
      apiKey,
      people: registerCitizens,
      // Whose number was replaced holds a card that is void.
      knobs: { revoked: registerCitizens.filter((one) => one.superseded).map((one) => one.personalNumber) },
    }),
  ]);
  const [zalo, vneid, register, sms, cards] = servers;
  return {
    urls: { zalo: zalo.url, vneid: vneid.url, register: register.url, sms: sms.url, cards: cards.url },
    csca: cards.csca,
    settings: {
      TNID_ZALO_APP_ID: ZALO_APP_ID,
      TNID_ZALO_APP_SECRET: appSecret,
      TNID_ZALO_OAUTH_URL: zalo.url,
      TNID_ZALO_GRAPH_URL: zalo.url,
      TNID_ZALO_OPENAPI_URL: zalo.url,
      TNID_ZALO_ZNS_URL: zalo.url,
      TNID_VNEID_ISSUER: vneid.issuer,
      TNID_VNEID_AUTHORIZATION_URL: vneid.authorizationUrl,
      TNID_VNEID_TOKEN_URL: vneid.tokenUrl,
      TNID_VNEID_USERINFO_URL: vneid.userinfoUrl,
      TNID_VNEID_JWKS_URL: vneid.jwksUrl,
      TNID_VNEID_CLIENT_ID: VNEID_CLIENT,
      TNID_VNEID_CLIENT_SECRET: clientSecret,
      TNID_REGISTER_URL: register.serviceUrl,
      TNID_REGISTER_INTEGRATION: 'TNID',
      TNID_REGISTER_SERVICE: '1.000001.000.00.00.H80',
      TNID_REGISTER_OFFICER: 'tnid-system',
      TNID_REGISTER_LEGAL_BASIS: 'art19_1_c',
      TNID_REGISTER_LEGAL_REF: 'sandbox',
      TNID_CARD_AUTHORITY_URL: cards.url,
      TNID_CARD_AUTHORITY_API_KEY: apiKey,
      TNID_SMS_URL: sms.url,
      TNID_SMS_API_KEY: apiKey,
      TNID_SMS_WEBHOOK_SECRET: reportSecret,
      TNID_ZALO_MINIAPP_ID: MINIAPP_ID,
      TNID_ZALO_MINIAPP_API_KEY: miniAppKey,
      TNID_OA_SECRET: oaSecret,
      TNID_HOTLINE_OA_ID: hotline.oaId,
      TNID_HOTLINE_APP_ID: hotline.appId,
      TNID_HOTLINE_OA_SECRET: hotline.oaSecret,
      TNID_ZNS_OA_ID: HOUSE_OA_ID,
      TNID_ZNS_REFRESH_TOKEN: oaRefreshToken,
      TNID_ZNS_CODE_TEMPLATE: '100001',
      TNID_ZNS_NOTICE_TEMPLATE: '100002',
    },
    hotline: { ...hotline, chatUrl: `${zalo.url}/oa/${hotline.oaId}/chat` },
    people,
    stop: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
