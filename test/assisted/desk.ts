// A desk on the wire, by hand, and the citizen it speaks to: what a good desk does right can be done wrong here.

import { createHash } from 'node:crypto';
import type { RegisteredClient } from '../../adapters/oidc-storage/clients.ts';
import { deskMetadata } from '../../provider/desk.ts';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import { goOn, ME, meetInZalo, tokenFor, VIEW } from '../support/app-citizen.ts';
import type { AppCitizen } from '../support/app-citizen.ts';
import { clientKey } from '../support/broker.ts';
import type { TestHouse, TestKey } from '../support/broker.ts';
import { accessTokenOf, codeOf } from '../support/launch.ts';
import { ask, createRp, DOSSIERS } from '../support/rp.ts';
import type { Form, Reply, Rp, Sending } from '../support/rp.ts';

export const CALL_BACK = 'https://tongdai.dichvu.tayninh.gov.vn';
export const OPERATOR = 'Lê Thị Hoa, số 12';
export const REASON = 'Bạn nhờ xem giúp tình trạng hồ sơ';
export const CIBA = 'urn:openid:params:grant-type:ciba';

export const deskClient = (clientId: string, key: TestKey, scopes: readonly string[]): RegisteredClient => ({
  clientId,
  kind: 'desk',
  class: 'gov_portal',
  serviceId: undefined,
  metadata: {
    client_id: clientId,
    client_name: 'Tổng đài 1022',
    jwks: { keys: [key.publicJwk] },
    ...deskMetadata,
    grant_types: [...deskMetadata.grant_types],
    response_types: [],
    redirect_uris: [],
    desk_scopes: scopes,
  },
});

export async function openDesk(
  house: TestHouse,
  clientId: string,
  scopes = ['svc:hoso:xem', 'svc:phananh:gui', 'svc:tongdai:goi-lai', 'svc:hoso:nop', 'svc:hoso:nop-tthc'],
): Promise<Rp> {
  const key = await clientKey();
  await house.addClient(deskClient(clientId, key, scopes));
  return createRp(house, clientId, key);
}

/** A request of the usual kind; `over` replaces or (undefined) removes parameters. */
export const asking = (hint: string, over: Form = {}): Form => ({
  scope: `openid ${VIEW.scope}`,
  resource: DOSSIERS,
  login_hint: hint,
  binding_message: 'TN-48',
  tn_operator: OPERATOR,
  tn_reason: REASON,
  ...over,
});

export const begin = (desk: Rp, hint: string, over: Form = {}, sending: Sending = {}): Promise<Reply> =>
  desk.post('/backchannel', asking(hint, over), { proof: null, ...sending });

export const poll = (desk: Rp, begun: Reply, over: Form = {}, sending: Sending = {}): Promise<Reply> =>
  desk.post('/token', { grant_type: CIBA, auth_req_id: String(begun.body['auth_req_id']), ...over }, sending);

export type Citizen = AppCitizen & { readonly tel: string; own: string };

/** Known to us with a phone on record; the app is open at level 2, or (`level: 1`) in a new launch. */
export async function meetCitizen(house: TestHouse): Promise<Citizen> {
  const citizen = await meetInZalo(house);
  await tokenFor(house, citizen, VIEW);
  const own = await tokenFor(house, citizen, ME(house));
  return { ...citizen, own, tel: `tel:${internationalNumber(citizen.person.phone)}` };
}

/** The same person opens the app again: level 1, another key. */
export async function openAgain(house: TestHouse, citizen: Citizen): Promise<Citizen> {
  const again = await meetInZalo(house, citizen.person);
  return { ...again, tel: citizen.tel, own: await tokenFor(house, again, ME(house)) };
}

/** One call of the account's own API from the app. A body makes it a POST. */
export async function own(
  house: TestHouse,
  { launch, own: token }: Citizen,
  path: string,
  body?: unknown,
  at = house.issuer,
): Promise<Reply> {
  const method = body === undefined ? 'GET' : 'POST';
  const ath = createHash('sha256').update(token).digest('base64url');
  return ask(`${at}${path}`, {
    method,
    headers: {
      authorization: `DPoP ${token}`,
      dpop: await launch.proof(path, { htm: method, ath }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

export type Seen = {
  readonly id: string;
  readonly notice?: { readonly text_hash: string; readonly purposes: readonly { id: string; asked: boolean }[] };
} & Readonly<Record<string, unknown>>; // prettier-ignore

export async function seenBy(house: TestHouse, citizen: Citizen): Promise<readonly Seen[]> {
  const { status, body, text } = await own(house, citizen, '/me/requests');
  if (status !== 200) throw new Error(text);
  return body['requests'] as Seen[]; // the shape of docs/assisted-requests.md
}

/** Says yes to the newest request and to all that is asked with it. */
export async function sayYes(house: TestHouse, citizen: Citizen, at?: string): Promise<Reply> {
  const [newest] = await seenBy(house, citizen);
  if (newest === undefined) throw new Error('nothing is asked');
  return own(house, citizen, `/me/requests/${newest.id}`, yesTo(newest), at);
}

export const yesTo = ({ notice }: Seen) => ({
  answer: 'approve',
  ...(notice === undefined ? {} : { notice_version: notice.text_hash, purposes: notice.purposes.filter(({ asked }) => asked).map(({ id }) => id) }), // prettier-ignore
});

export const sayNo = async (house: TestHouse, citizen: Citizen): Promise<Reply> => {
  const [newest] = await seenBy(house, citizen);
  return own(house, citizen, `/me/requests/${newest?.id}`, { answer: 'deny' });
};

/** Does what the 401 of an answer asks for, in the app. */
export async function stepUp(house: TestHouse, citizen: Citizen, asked: Reply): Promise<void> {
  const { acr, max_age: maxAge, scope, resource } = asked.body['required'] as { acr: string; max_age?: number; scope: string; resource: string }; // prettier-ignore
  const begun = await citizen.launch.begin({
    scope,
    resource,
    acr_values: acr,
    max_age: maxAge === undefined ? undefined : String(maxAge),
  });
  const done = await goOn(house, citizen, begun, { choose: { choice: 'otp' } });
  citizen.own = accessTokenOf(await citizen.launch.token(codeOf(done), { resource }));
}
