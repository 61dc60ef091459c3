// The outside systems of the province, each behind the port the domain asks for. Which ways to level 2
// are offered follows from what is connected here.

import { createSmsGateway } from './adapters/sms/gateway.ts';
import { createVneidSignOn } from './adapters/vneid/sign-on.ts';
import { createZaloLogin } from './adapters/zalo/login.ts';
import type { CardAuthority } from './assurance/card-authority.ts';
import type { PopulationRegister } from './assurance/population-register.ts';
import type { Config } from './config.ts';
import type { Dependencies } from './operations/dependencies.ts';
import type { Log } from './operations/log.ts';
import type { Method } from './policies/methods.ts';

type Ground = { readonly config: Config; readonly log: Log; readonly dependencies: Dependencies };

/** What a method needs beyond this house. */
type Connected = {
  readonly register?: PopulationRegister | undefined;
  readonly cardAuthority?: CardAuthority | undefined;
};

export function methodsOffered({ register, cardAuthority }: Connected): readonly Method[] {
  return [
    'vneid',
    ...(cardAuthority === undefined ? [] : (['chip'] as const)),
    // An officer compares a person with the register, too.
    ...(register === undefined ? [] : (['card', 'counter'] as const)),
    'passkey',
    'otp',
  ];
}

export function connectUpstream({ config, log, dependencies }: Ground) {
  return {
    zalo: dependencies.watch(
      'zalo',
      createZaloLogin({
        appId: config.TNID_ZALO_APP_ID,
        appSecret: config.TNID_ZALO_APP_SECRET,
        oauthUrl: config.TNID_ZALO_OAUTH_URL,
        graphUrl: config.TNID_ZALO_GRAPH_URL,
        redirectUri: `${config.TNID_ISSUER}/zalo/ve`,
        onFailure: (failure, facts) => {
          log(facts.class === 'config' ? 'error' : 'warn', 'zalo.failed', { failure, ...facts });
        },
      }),
    ),
    vneid: dependencies.watch(
      'vneid',
      createVneidSignOn({
        issuer: config.TNID_VNEID_ISSUER,
        authorizationUrl: config.TNID_VNEID_AUTHORIZATION_URL,
        tokenUrl: config.TNID_VNEID_TOKEN_URL,
        userinfoUrl: config.TNID_VNEID_USERINFO_URL,
        jwksUrl: config.TNID_VNEID_JWKS_URL,
        clientId: config.TNID_VNEID_CLIENT_ID,
        clientAuth: vneidAuth(config),
        redirectUri: `${config.TNID_ISSUER}/vneid/ve`,
        acrValues: config.TNID_VNEID_ACR_VALUES,
        algorithms: config.TNID_VNEID_ALGORITHMS,
        idpValues: config.TNID_VNEID_IDP_VALUES,
        minIal: config.TNID_VNEID_MIN_IAL,
      }),
    ),
    sms: dependencies.watch('sms', createSmsGateway({ url: config.TNID_SMS_URL, apiKey: config.TNID_SMS_API_KEY, brandName: config.TNID_SMS_BRAND })), // prettier-ignore
    register: undefined, // H1
    cardAuthority: undefined, // H2
    upstreamOrigins: [config.TNID_ZALO_OAUTH_URL, config.TNID_VNEID_AUTHORIZATION_URL].map((url) => new URL(url).origin), // prettier-ignore
  };
}

function vneidAuth(config: Config) {
  const { TNID_VNEID_PRIVATE_KEY: privateKey, TNID_VNEID_CLIENT_SECRET: secret } = config;
  if (privateKey !== undefined) return { method: 'private_key_jwt' as const, privateKey };
  if (secret === undefined) throw new Error('VNeID needs a secret or a key'); // config.ts has checked it
  return { method: 'client_secret_basic' as const, secret };
}
