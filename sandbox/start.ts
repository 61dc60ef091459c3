// Every outside system of the province, played: Zalo, the VNeID hub, the population register, the
// SMS gateway. Real HTTP servers on ports of their own; only the people in them are invented.

import { randomBytes } from 'node:crypto';
import { internationalNumber, seededPeople, type Person } from './citizen/people.ts';
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
  };
  /** What the broker must be told to meet them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly people: readonly Person[];
  stop(): Promise<void>;
};

const ZALO_APP_ID = '3141592653589793238';
const VNEID_CLIENT = 'tay-ninh-id-thu';
// Names, not addresses: cookies and certificates know hosts by name.
const HOST = 'localhost';

/** @param issuer where the neighbours send people back to */
export async function startNeighbours(options: {
  readonly issuer: string;
  readonly ports: {
    readonly zalo: number;
    readonly vneid: number;
    readonly register: number;
    readonly sms: number;
  };
}): Promise<Neighbours> {
  const { issuer, ports } = options;
  // Made up at each start: both ends of each secret live in this process.
  const secret = () => randomBytes(24).toString('base64url');
  const [appSecret, clientSecret, apiKey] = [secret(), secret(), secret()];
  const people = seededPeople;
  const smsUrl = `http://${HOST}:${ports.sms}`;
  const servers = await Promise.all([
    startZalo({
      host: HOST,
      port: ports.zalo,
      apps: [
        { appId: ZALO_APP_ID, appSecret, redirectUris: [`${issuer}/zalo/ve`], name: 'Tây Ninh ID (bản thử)' },
      ],
      citizens: people.map(({ zaloId, name, phone }) => ({ zaloId, name, phone })),
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
      phones: people.map(({ phone }) => internationalNumber(phone)),
    }),
  ]);
  const [zalo, vneid, register, sms] = servers;
  return {
    urls: { zalo: zalo.url, vneid: vneid.url, register: register.url, sms: sms.url },
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
      TNID_SMS_URL: sms.url,
      TNID_SMS_API_KEY: apiKey,
    },
    people,
    stop: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
