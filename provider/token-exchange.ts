// RFC 8693: the 1022 hotline trades a message a citizen wrote to it, signed by Zalo, for a token that lets
// it answer that one citizen: level 1, one service, bound to the hotline's key, and `act` says who asks.
// What makes it the citizen's own act: the chat is linked to the account by the citizen (hotline/link.ts),
// the citizen agreed for this client (hotline/offer.ts), and the message is new and used once.

import type { AccessToken, Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { verifyOaEvent } from '../accounts/zalo-webhook.ts';
import { insertLevelFact } from '../assurance/store.ts';
import type { CatalogueService } from '../catalogue/catalogue.ts';
import { takeEvent } from '../hotline/event.ts';
import { findWriter } from '../hotline/link.ts';
import type { Hotline } from '../hotline/link.ts';
import { offerOf } from '../hotline/offer.ts';
import { uuidv7 } from '../keys/uuid.ts';
import { acrOf } from '../policies/level.ts';
import { checkProof } from './challenge/proof.ts';
import { Trouble } from './challenge/trouble.ts';
import type { ProviderHouse } from './house.ts';
import { judgeConsent, judgeLevel } from './issue.ts';
import { createNonces } from './nonces.ts';
import { jwtServer } from './resource-servers.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ZALO_OA_EVENT = 'urn:tayninh:params:oauth:token-type:zalo-oa-event';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** How old a message may be, longer than a hotline needs to answer it. */
const MESSAGE_MAX_AGE_MS = 600_000;
/** Base64url of an event; what is longer is no message of a chat. */
const LONGEST_SUBJECT = 32_768;

/** `oa_signature`, `oa_timestamp`: the headers X-ZEvent-Signature and X-ZEvent-Timestamp as they came. */
const PARAMETERS = ['subject_token', 'subject_token_type', 'requested_token_type', 'actor_token', 'actor_token_type', 'resource', 'audience', 'scope', 'oa_signature', 'oa_timestamp']; // prettier-ignore

/** What a registration of the kind `hotline` says beside name and keys. */
export const hotlineMetadata = () => ({
  token_endpoint_auth_method: 'private_key_jwt' as const,
  grant_types: [TOKEN_EXCHANGE],
  response_types: [],
  redirect_uris: [],
  require_pushed_authorization_requests: false,
});

const actors = new WeakMap<object, string>();

/** Who acts for the citizen in the token this request is about (RFC 8693 4.1). */
export const actorOf = (ctx: object): string | undefined => actors.get(ctx);

export function allowTokenExchange(house: ProviderHouse, provider: Provider): void {
  const handler = (ctx: KoaContextWithOIDC) => exchange(house, provider, ctx);
  provider.registerGrantType(TOKEN_EXCHANGE, handler, PARAMETERS);
}

async function exchange(house: ProviderHouse, provider: Provider, ctx: KoaContextWithOIDC): Promise<void> {
  const now = house.clock();
  const { client } = ctx.oidc;
  const { hotline } = house;
  if (client === undefined) throw new Error('the token endpoint has not looked for its client');
  const facts = await house.findClient(client.clientId);
  if (facts?.kind !== 'hotline' || hotline === undefined || hotline.clientId !== client.clientId)
    throw new errors.UnauthorizedClient('not a hotline');
  const asked = askedIn(ctx);
  const jkt = await keyOf(house, provider, ctx, now);
  const service = house.catalogue.serviceById.get(asked.resource);
  // Opaque tokens stand under a grant, and an exchange has none.
  if (service === undefined || service.id !== facts.serviceId || service.tokens !== 'jwt')
    throw new errors.InvalidTarget();
  const offer = offerOf(service);
  const unknown = asked.scopes.find((scope) => !service.scopes.includes(scope));
  if (unknown !== undefined) throw new errors.InvalidScope('requested scope is not known here', unknown);
  const wanted = asked.scopes.filter((scope) => offer.scopes.includes(scope));
  if (wanted.length === 0) throw new errors.InvalidScope('no requested scope can be had for a message', asked.scopes.join(' ')); // prettier-ignore

  const message = messageOf(asked, hotline, now);
  if (!(await takeEvent(house.db, { eventKey: message.eventKey, usedBy: client.clientId }, now)))
    throw subjectRefused('used');
  const accountId = await findWriter(house, { hotline, userId: message.userId });
  if (accountId === undefined) return sendToApp(house, ctx, client, 'link_required');
  const sessionUid = `oa_${message.eventKey}`;
  // The message is what was proven, at its own time; a clock of Zalo's that is ahead proves no future.
  const at = new Date(Math.min(message.at.getTime(), now.getTime()));
  await insertLevelFact(house.db, { id: uuidv7(now), sessionUid, transactionId: undefined, accountId, level: 1, amr: ['zalo'], identitySource: undefined }, at); // prettier-ignore
  if (!(await judgeLevel(house, ctx, { accountId, sessionUid, acr: acrOf(1, house.acrBase) })))
    return sendToApp(house, ctx, client, 'link_required');
  const { consent } = await judgeConsent(house, ctx, { accountId, clientId: client.clientId, service });
  const scopes = carried(offer, wanted, consent?.purposes ?? []);
  if (scopes.length === 0) return sendToApp(house, ctx, client, 'consent_required');

  const token = tokenFor(house, provider, { client, accountId, sessionUid, service, scopes, jkt });
  actors.set(ctx, client.clientId);
  ctx.oidc.entity('AccessToken', token);
  const value = await token.save();
  house.log('info', 'hotline.exchanged', { client: client.clientId });
  ctx.body = {
    access_token: value,
    issued_token_type: ACCESS_TOKEN,
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope: token.scope,
  };
}

type Asked = {
  readonly subject: Buffer;
  readonly signature: string;
  readonly timestamp: string | undefined;
  readonly resource: string;
  readonly scopes: readonly string[];
};

function askedIn(ctx: KoaContextWithOIDC): Asked {
  const given = (name: string): string | undefined => {
    const value = ctx.oidc.params?.[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const subject = given('subject_token');
  const [signature, resource, audience] = [given('oa_signature'), given('resource'), given('audience')];
  if (subject === undefined || signature === undefined || given('scope') === undefined)
    throw new errors.InvalidRequest('missing required parameter(s)');
  if (given('subject_token_type') !== ZALO_OA_EVENT) throw new errors.InvalidRequest('subject_token_type is not supported'); // prettier-ignore
  if ((given('requested_token_type') ?? ACCESS_TOKEN) !== ACCESS_TOKEN) throw new errors.InvalidRequest('requested_token_type is not supported'); // prettier-ignore
  // Who acts is the client, which has proven it by its key.
  if (given('actor_token') !== undefined || given('actor_token_type') !== undefined) throw new errors.InvalidRequest('actor_token is not supported'); // prettier-ignore
  if (resource !== undefined && audience !== undefined && resource !== audience)
    throw new errors.InvalidTarget();
  if (subject.length > LONGEST_SUBJECT || !/^[A-Za-z0-9_-]+$/.test(subject)) throw subjectRefused('shape');
  return {
    subject: Buffer.from(subject, 'base64url'),
    signature,
    timestamp: given('oa_timestamp'),
    resource: resource ?? audience ?? '',
    scopes: (given('scope') ?? '').split(' ').filter(Boolean),
  };
}

function messageOf(
  { subject, signature, timestamp }: Asked,
  hotline: Hotline,
  now: Date,
): { readonly userId: string; readonly at: Date; readonly eventKey: string } {
  const headers = { signature, timestamp };
  const verified = verifyOaEvent({ rawBody: subject, headers, accounts: [hotline], now });
  if (!verified.ok) throw subjectRefused(verified.reason);
  const { event, at, eventKey } = verified;
  // Only what the citizen wrote: following an account or being sent something asks for nothing.
  if (event.kind !== 'text') throw subjectRefused('no_message');
  if (now.getTime() - at.getTime() > MESSAGE_MAX_AGE_MS) throw subjectRefused('too_old');
  return { userId: event.userId, at, eventKey };
}

// RFC 8693 2.2.2: a subject token that is not accepted, for whatever reason, is an invalid request. The
// reason goes to the log alone.
const subjectRefused = (reason: string) => new errors.InvalidRequest('subject_token is not accepted', undefined, reason); // prettier-ignore

/** The thumbprint of the hotline's key. The replay of a proof is refused before anything is looked up. */
async function keyOf(
  house: ProviderHouse,
  provider: Provider,
  ctx: KoaContextWithOIDC,
  now: Date,
): Promise<string> {
  const nonces = createNonces(house.dpopNonceSecret);
  const headers = ctx.req.rawHeaders.filter(
    (_, at, all) => at % 2 === 1 && all[at - 1]?.toLowerCase() === 'dpop',
  );
  const clientId = ctx.oidc.client?.clientId ?? '';
  try {
    return await checkProof(
      { provider: () => provider, nonces },
      { headers, method: ctx.method, url: `${house.issuer}${ctx.path}`, clientId },
      now,
    );
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    ctx.set('dpop-nonce', nonces.next(now));
    if (error.word === 'use_dpop_nonce') throw new errors.UseDpopNonce('nonce is required in the DPoP proof');
    throw new errors.InvalidDpopProof('the DPoP proof is not accepted', error.message);
  }
}

const carried = (
  { purposes, service }: ReturnType<typeof offerOf>,
  wanted: readonly string[],
  given: readonly string[],
): readonly string[] =>
  wanted.filter((scope) =>
    service.actions.some(
      ({ require }) =>
        require.scopes.includes(scope) &&
        purposes.some(({ id }) => id === require.consent?.purpose && given.includes(id)),
    ),
  );

function tokenFor(
  house: ProviderHouse,
  provider: Provider,
  facts: {
    client: Client;
    accountId: string;
    sessionUid: string;
    service: CatalogueService;
    scopes: readonly string[];
    jkt: string;
  },
): AccessToken {
  const { client, accountId, sessionUid, service, scopes, jkt } = facts;
  const token = new provider.AccessToken({
    client,
    accountId,
    sessionUid,
    expiresWithSession: false,
    gty: TOKEN_EXCHANGE,
    scope: scopes.join(' '),
  } as ConstructorParameters<typeof provider.AccessToken>[0]); // the library asks for no grant of a JWT
  token.resourceServer = new provider.ResourceServer(service.id, jwtServer(house, service.id, scopes.join(' '))); // prettier-ignore
  token.setThumbprint('jkt', jkt);
  return token;
}

// One answer for strangers, for those who never made a link and for locked accounts: the address where a
// person makes the link tells nobody whether there is one.
function sendToApp(
  house: ProviderHouse,
  ctx: KoaContextWithOIDC,
  client: Client,
  reason: 'link_required' | 'consent_required',
): void {
  house.log('info', 'hotline.sent_to_app', { client: client.clientId, reason });
  house.count('protocol_error', { route: 'token', error: 'interaction_required' });
  ctx.status = 400;
  ctx.body = {
    error: 'interaction_required',
    error_description: 'The citizen has to allow this in the app',
    reason,
    interaction_uri: house.linkUri,
  };
}
