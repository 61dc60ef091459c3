// The outside systems of the province, each behind the port the domain asks for. Which ways to level 2
// are offered follows from what is connected here.

import { createCardAuthority } from './adapters/card-authority/authority.ts';
import { createCivilRegister } from './adapters/civil-register/register.ts';
import { createSmsGateway } from './adapters/sms/gateway.ts';
import { createVneidSignOn } from './adapters/vneid/sign-on.ts';
import { createZaloApp } from './adapters/zalo/app.ts';
import { createZaloLogin } from './adapters/zalo/login.ts';
import { createMinuteBudget } from './adapters/zalo/minute-budget.ts';
import { checkZalo } from './adapters/zalo/self-check.ts';
import type { ZaloAccess } from './adapters/zalo/client.ts';
import { createOaTokens } from './adapters/zalo/oa-token.ts';
import { createZnsGateway } from './adapters/zalo/zns.ts';
import { createBudgets } from './codes/budgets.ts';
import type { CardAuthority } from './assurance/card-authority.ts';
import type { MessageGateway } from './codes/message-gateway.ts';
import type { PopulationRegister, RegisterTerms } from './assurance/population-register.ts';
import type { CardTrust } from './cards/chip/trust.ts';
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { Hotline } from './hotline/link.ts';
import type { Vault } from './keys/vault.ts';
import type { Dependencies } from './operations/dependencies.ts';
import type { Log } from './operations/log.ts';
import type { Metrics } from './operations/metrics.ts';
import type { Method } from './policies/methods.ts';

type Ground = { readonly config: Config; readonly log: Log; readonly dependencies: Dependencies };

/** What a method needs beyond this house. */
type Connected = {
  readonly register?: PopulationRegister | undefined;
  readonly registerTerms?: RegisterTerms | undefined;
  readonly cardAuthority?: CardAuthority | undefined;
  readonly cards: CardTrust;
};

export function methodsOffered({
  register,
  registerTerms,
  cardAuthority,
  cards,
}: Connected): readonly Method[] {
  return [
    'vneid',
    // Without a trust anchor no card can be verified, so none is asked for.
    ...(cardAuthority === undefined || cards.anchors.length === 0 ? [] : (['chip'] as const)),
    ...(register !== undefined && registerTerms?.matchCounts === true ? (['card'] as const) : []),
    // An officer compares a person with the register, too.
    ...(register === undefined ? [] : (['counter'] as const)),
    'passkey',
    'otp',
  ];
}

export function connectUpstream({
  config,
  log,
  dependencies,
  metrics,
}: Ground & { readonly metrics: Metrics }) {
  const zaloAccess = zaloAccessOf({ config, log, metrics });
  // Beside the start, which it cannot stop: Zalo may be down just now.
  void selfCheck(zaloAccess, { log, metrics });
  return {
    zalo: dependencies.watch(
      'zalo',
      createZaloLogin({ ...zaloAccess, redirectUri: `${config.TNID_ISSUER}/zalo/ve` }),
    ),
    zaloApp: dependencies.watch(
      'zalo',
      createZaloApp({ ...zaloAccess, proofOnInfo: config.TNID_ZALO_INFO_PROOF === 'on' }),
    ),
    miniAppUrl: miniAppUrl(config),
    ...zaloSenders(config),
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
    ...connectRegister({ config, log, dependencies }),
    cardAuthority: connectCardAuthority({ config, log, dependencies }),
    upstreamOrigins: [config.TNID_ZALO_OAUTH_URL, config.TNID_VNEID_AUTHORIZATION_URL].map((url) => new URL(url).origin), // prettier-ignore
  };
}

// One budget for all who call for this app: Zalo counts them together.
function zaloAccessOf({
  config,
  log,
  metrics,
}: Pick<Ground, 'config' | 'log'> & { readonly metrics: Metrics }) {
  const access: ZaloAccess = {
    appId: config.TNID_ZALO_APP_ID,
    appSecret: config.TNID_ZALO_APP_SECRET,
    oauthUrl: config.TNID_ZALO_OAUTH_URL,
    graphUrl: config.TNID_ZALO_GRAPH_URL,
    graphBudget: createMinuteBudget(config.TNID_ZALO_CALLS_PER_MINUTE),
    onFailure: (failure, facts) => {
      metrics.count('zalo_failure', { endpoint: facts.endpoint, failure });
      log(facts.class === 'config' ? 'error' : 'warn', 'zalo.failed', { failure, ...facts });
      // An alarm of its own: nobody can log in until our way out to the net is in Vietnam again.
      if (failure === 'foreign_address') log('error', 'zalo.foreign_address', { endpoint: facts.endpoint });
    },
  };
  return access;
}

async function selfCheck(
  access: ZaloAccess,
  { log, metrics }: Pick<Ground, 'log'> & { readonly metrics: Metrics },
): Promise<void> {
  for (const { endpoint, result, class: kind, error } of await checkZalo(access)) {
    const level = kind === 'good' ? 'info' : kind === 'config' ? 'error' : 'warn';
    log(level, 'zalo.self_check', { endpoint, result, error });
    if (result === 'good') continue;
    metrics.count('zalo_failure', { endpoint, failure: result });
    if (result === 'foreign_address') log('error', 'zalo.foreign_address', { endpoint });
  }
}

/** Template messages through Zalo, where an Official Account is set up. */
export function connectZns(
  { config, db, log, dependencies }: Ground & { readonly db: Database },
  vault: Vault,
): MessageGateway | undefined {
  const { TNID_ZNS_OA_ID: oaId, TNID_ZNS_REFRESH_TOKEN: firstRefreshToken } = config;
  if (oaId === undefined || firstRefreshToken === undefined) return undefined;
  const tokens = createOaTokens(
    { db, vault },
    {
      oaId,
      firstRefreshToken,
      appId: config.TNID_ZALO_APP_ID,
      appSecret: config.TNID_ZALO_APP_SECRET,
      oauthUrl: config.TNID_ZALO_OAUTH_URL,
      clock: () => new Date(),
      onLost: (reason) => log('error', 'zns.token_lost', { reason }),
    },
  );
  const templates = {
    code: config.TNID_ZNS_CODE_TEMPLATE ?? '', // config.ts has checked it
    notice: config.TNID_ZNS_NOTICE_TEMPLATE,
  };
  const onTrouble = (reason: string) => log('error', 'zns.failed', { reason });
  return dependencies.watch('zns', createZnsGateway({ url: config.TNID_ZALO_ZNS_URL, templates, onTrouble }, tokens)); // prettier-ignore
}

/** What bounds one-time codes, and where they may go when an SMS does not arrive. */
export function codeLimits(
  { config, db, log, metrics }: Ground & { readonly db: Database; readonly metrics: Metrics },
  { zns }: { readonly zns: MessageGateway | undefined },
) {
  const budgets = createBudgets(db, {
    channelPerHour: config.TNID_SMS_PER_HOUR,
    channelPerDay: config.TNID_SMS_PER_DAY,
    onBlocked: (budget, alarm) => {
      metrics.count('code_send_blocked', { budget });
      if (alarm) log('error', 'codes.blocked', { budget });
    },
  });
  const smsWebhookSecret = config.TNID_SMS_WEBHOOK_SECRET;
  return {
    budgets,
    smsWebhookSecret,
    fallback: { znsOffered: zns !== undefined, smsReports: smsWebhookSecret !== undefined },
  };
}

/** Whose signed events count: of the house's Official Account, the hotline's, and the mini app. */
function zaloSenders(config: Config) {
  const { TNID_HOTLINE_OA_ID: oaId, TNID_HOTLINE_APP_ID: appId, TNID_HOTLINE_OA_SECRET: secret } = config;
  const { TNID_ZNS_OA_ID: houseOaId, TNID_OA_SECRET: houseSecret } = config;
  const { TNID_ZALO_MINIAPP_ID: miniAppId, TNID_ZALO_MINIAPP_API_KEY: apiKey } = config;
  const hotline: Hotline | undefined =
    oaId === undefined || appId === undefined || secret === undefined
      ? undefined
      : { oaId, appId, secret, clientId: config.TNID_HOTLINE_CLIENT_ID };
  return {
    hotline,
    linkUri: `${miniAppUrl(config) ?? `${config.TNID_ISSUER}/`}?man=lien-ket-1022`,
    houseOa:
      houseOaId === undefined || houseSecret === undefined
        ? undefined
        : { oaId: houseOaId, appId: config.TNID_ZALO_APP_ID, secret: houseSecret },
    miniAppEvents:
      miniAppId === undefined || apiKey === undefined
        ? undefined
        : { miniAppId, apiKey, appId: config.TNID_ZALO_APP_ID },
  };
}

/** Where a citizen is sent back into the mini app (contract zalo 4.4). */
const miniAppUrl = ({ TNID_ZALO_MINIAPP_ID: id }: Config) =>
  id === undefined ? undefined : `https://zalo.me/s/${id}/`;

function connectRegister({ config, log, dependencies }: Ground) {
  const url = config.TNID_REGISTER_URL;
  if (url === undefined) return { register: undefined, registerTerms: undefined };
  const registerTerms: RegisterTerms = {
    purpose: {
      serviceCode: config.TNID_REGISTER_SERVICE ?? '',
      integrationCode: config.TNID_REGISTER_INTEGRATION ?? '',
      legalBasis: config.TNID_REGISTER_LEGAL_BASIS ?? '',
      legalBasisRef: config.TNID_REGISTER_LEGAL_REF ?? '',
    },
    actor: { kind: 'system', code: config.TNID_REGISTER_OFFICER ?? '' },
    matchCounts: config.TNID_REGISTER_MATCH === 'on',
  };
  const register = createCivilRegister({
    url,
    clock: () => new Date(),
    onAnswer: (trouble) => {
      dependencies.note('register', trouble?.reason);
      if (trouble !== undefined) log(trouble.alarm ? 'error' : 'warn', 'register.failed', { reason: trouble.reason }); // prettier-ignore
    },
  });
  return { register, registerTerms };
}

function connectCardAuthority({ config, log, dependencies }: Ground): CardAuthority | undefined {
  const { TNID_CARD_AUTHORITY_URL: url, TNID_CARD_AUTHORITY_API_KEY: apiKey } = config;
  if (url === undefined || apiKey === undefined) return undefined;
  return createCardAuthority({
    url,
    apiKey,
    clock: () => new Date(),
    onAnswer: (trouble) => {
      dependencies.note('card-authority', trouble?.reason);
      if (trouble !== undefined) log(trouble.alarm ? 'error' : 'warn', 'card_authority.failed', { reason: trouble.reason }); // prettier-ignore
    },
  });
}

function vneidAuth(config: Config) {
  const { TNID_VNEID_PRIVATE_KEY: privateKey, TNID_VNEID_CLIENT_SECRET: secret } = config;
  if (privateKey !== undefined) return { method: 'private_key_jwt' as const, privateKey };
  if (secret === undefined) throw new Error('VNeID needs a secret or a key'); // config.ts has checked it
  return { method: 'client_secret_basic' as const, secret };
}
