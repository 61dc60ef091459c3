// Opaque tokens exist where seconds of stale consent are too long, so introspection asks again:
// the token's service, the level and the consent as they stand now.

import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { standing } from '../assurance/level.ts';
import { standingConsent } from '../consent/standing.ts';
import { levelOf } from '../policies/level.ts';
import type { ProviderHouse } from './house.ts';

type Token = {
  readonly kind?: string;
  readonly aud?: unknown;
  readonly accountId?: string;
  readonly clientId?: string | undefined;
  readonly sessionUid?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
};

/** False makes the answer `{"active":false}`, the same as for a token that never was. */
export async function mayIntrospect(
  house: ProviderHouse,
  _ctx: KoaContextWithOIDC,
  client: Client,
  given: object,
): Promise<boolean> {
  const facts = await house.findClient(client.clientId);
  // The library would answer with the `sid` of the client's session: the same at every service, which
  // could join their records by it. Taken from the copy of the token that this request read.
  Object.assign(given, { sid: undefined });
  return facts?.kind === 'service' && isLiveFor(house, facts.serviceId, given);
}

/** What introspection would say of an opaque token to its own service; undefined where it would say nothing. */
export async function introspectFor(
  house: ProviderHouse,
  provider: Provider,
  { serviceId, value }: { readonly serviceId: string; readonly value: string },
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const token = await provider.AccessToken.find(value);
  if (token?.isValid !== true || token.grantId === undefined) return undefined;
  const grant = await provider.Grant.find(token.grantId);
  if (grant?.clientId !== token.clientId || grant?.accountId !== token.accountId) return undefined;
  if (!(await isLiveFor(house, serviceId, token))) return undefined;
  const { extra, clientId, exp, iat, aud, scope, jkt } = token;
  return { ...extra, client_id: clientId, exp, iat, aud, scope, iss: house.issuer, cnf: { jkt } };
}

async function isLiveFor(
  house: ProviderHouse,
  serviceId: string | undefined,
  given: object,
): Promise<boolean> {
  const token: Token = given;
  if (token.kind !== 'AccessToken' || token.aud !== serviceId) return false;
  const service = house.catalogue.serviceById.get(serviceId ?? '');
  const { accountId, sessionUid, clientId, extra } = token;
  if (service === undefined || accountId === undefined || sessionUid === undefined || clientId === undefined)
    return false;

  const acr = extra?.['acr'];
  const [stands, consent] = await Promise.all([
    standing(house.db, { sessionUid, accountId }, house.clock()),
    standingConsent(house, { accountId, clientId, service }, house.clock()),
  ]);
  if (stands.level < levelOf(typeof acr === 'string' ? acr : undefined, house.acrBase) || stands.level === 0)
    return false;
  // A consent may end without an event: what a representative decided, on the 16th birthday.
  const purposes: unknown = extra?.['purposes'];
  const stillGiven =
    !Array.isArray(purposes) || purposes.every((one) => consent?.purposes.includes(String(one)));
  return consent !== undefined && stillGiven && consent.version === extra?.['consent_ver'];
}
