// A service on a developer's machine, tried by a citizen who does not exist: the good way first, then
// everything the service must refuse.

import { generateKeyPair } from 'jose';
import { openBrowser, type Browser } from '../citizen/browser.ts';
import { introduce, inventPerson, type Person } from '../citizen/people.ts';
import { walk } from '../citizen/sign-in.ts';
import type { ProofKey, RelyingParty, Tokens, Wanted } from '../relying-party/relying-party.ts';
import { errorOf, exchange, type Received } from './exchange.ts';
import type { ProofPair } from './proofs.ts';
import { refusals, requestOf, type Call } from './refusals.ts';
import { readServiceFacts, type ServiceFacts } from './service-facts.ts';

export type Ground = {
  readonly issuer: string;
  readonly party: RelyingParty;
  readonly sandbox: { readonly zalo: string; readonly vneid: string; readonly sms: string };
  readonly tell: (line: string) => void;
};
export type Tried = { readonly method: string; readonly url: string; readonly body?: string | undefined };

type Cast = Ground & {
  readonly person: Person;
  readonly browser: Browser;
  readonly key: ProofKey;
  readonly pair: ProofPair;
};

/** @returns what was not as it must be; empty when the service is ready */
export async function tryCall(ground: Ground, tried: Tried): Promise<readonly string[]> {
  const { issuer, party, tell } = ground;
  const facts = await readServiceFacts(issuer, tried.method, new URL(tried.url));
  tell(`${facts.resource}: việc ${facts.action}, ${needOf(facts)}`);
  const person = inventPerson();
  await introduce(person, ground.sandbox);
  const pair = await generateKeyPair('ES256', { extractable: true });
  const { redirectUri } = party.registration;
  const browser = openBrowser({ stopAt: ({ href }) => href.startsWith(redirectUri) });
  const cast: Cast = { ...ground, person, browser, pair, key: await party.newProofKey(pair) };

  const { answer, call } = await goodWay(cast, facts, tried);
  const wrong: string[] = [];
  const isFine = answer.status < 400;
  tell(line(isFine, `${person.name}, đủ điều kiện`, answer));
  if (!isFine) {
    tell(`    ${JSON.stringify(answer.body)}`);
    return [`người đủ điều kiện bị từ chối: ${adviceOn(answer, tried)}`];
  }
  const foreign = await foreignToken(cast, facts.resource);
  for (const refusal of refusals(call, foreign)) {
    if (facts.tokens === 'opaque' && refusal.title.includes('ký')) continue; // such a token has no signature
    const answers = [];
    for (const request of await refusal.send()) answers.push(await exchange(request));
    const last = answers.at(-1);
    if (last === undefined) continue;
    const isRight = last.status === refusal.status && errorOf(last) === refusal.error;
    tell(line(isRight, `phải từ chối: ${refusal.title}`, last));
    if (!isRight)
      wrong.push(`${refusal.title}: cần ${refusal.status} ${refusal.error ?? ''}, nhận ${shown(last)}`);
  }
  return wrong;
}

// Level 1 first where it can be had, so that the step-up is seen as a portal would meet it.
async function goodWay(
  cast: Cast,
  facts: ServiceFacts,
  tried: Tried,
): Promise<{ answer: Received; call: Call }> {
  const scope = `openid ${facts.lowScope ?? facts.scopes.join(' ')}`;
  const tokens = await signIn(cast, { scope, resource: facts.resource });
  let call: Call = { ...tried, token: tokens.accessToken, pair: cast.pair, nonce: undefined };
  let answer = await exchange(await requestOf(call));
  if (errorOf(answer) === 'use_dpop_nonce') {
    call = { ...call, nonce: answer.nonce };
    answer = await exchange(await requestOf(call));
  }
  if (errorOf(answer) !== 'insufficient_user_authentication') return { answer, call };
  cast.tell(line(true, 'được yêu cầu thêm bước xác minh (RFC 9470)', answer));
  const wanted = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(answer.challenge)?.[1];
  const maxAge = wanted('max_age');
  const again = await signIn(cast, {
    scope: `openid ${wanted('scope') ?? ''}`,
    resource: facts.resource,
    acrValues: wanted('acr_values'),
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
  });
  call = { ...call, token: again.accessToken };
  return { answer: await exchange(await requestOf(call)), call };
}

async function signIn({ party, browser, key, person, sandbox }: Cast, wanted: Wanted): Promise<Tokens> {
  const departure = await party.depart(key, wanted);
  const { callback } = await walk(browser, departure.url, person, { sms: sandbox.sms });
  return party.arrive(key, departure, callback);
}

/** What most likely is the matter, for somebody who sees their first answer of a guard. */
function adviceOn(answer: Received, { url }: Tried): string {
  const said = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(answer.challenge)?.[1];
  const base = said('resource_metadata');
  if (answer.status === 503)
    return '503, bộ kiểm tra chưa hỏi được Tây Ninh ID; lý do nằm trong nhật ký của dịch vụ (TNID_GUARD). Hay gặp: chưa chạy bin/tnid service add, sai khoá, sai đồng hồ';
  if (
    errorOf(answer) === 'invalid_dpop_proof' &&
    base !== undefined &&
    new URL(base).origin !== new URL(url).origin
  )
    return `dịch vụ tự cho là ở ${new URL(base).origin}, người gọi đến ${new URL(url).origin}; sửa baseUrl`;
  return [answer.status, errorOf(answer), said('error_description')].filter(Boolean).join(' ');
}

const OTHERS = [
  { resource: 'https://phananh.dichvu.tayninh.gov.vn', scope: 'openid svc:phananh:gui' },
  { resource: 'https://hoso.dichvu.tayninh.gov.vn', scope: 'openid svc:hoso:chuan-bi' },
];

async function foreignToken(cast: Cast, resource: string): Promise<string | undefined> {
  const other = OTHERS.find((one) => one.resource !== resource);
  return other === undefined ? undefined : (await signIn(cast, other)).accessToken;
}

const needOf = ({ level, maxAge, scopes }: ServiceFacts) =>
  `mức ${level}${maxAge === undefined ? '' : `, trong ${maxAge} giây`}, phạm vi ${scopes.join(' ')}`;

const shown = (answer: Received) => [answer.status, errorOf(answer)].filter(Boolean).join(' ');

const line = (isRight: boolean, title: string, answer: Received) =>
  `  ${isRight ? '✓' : '✗'} ${title}: ${shown(answer)}`;
