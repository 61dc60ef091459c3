// What every client library must be able to do with us, told once: sign in, ask UserInfo, be asked
// for a step-up by a service, come back at level 2, renew, leave.

import type { ExecutionContext } from 'ava';
import { wordsOf } from '../../views/words/words.ts';
import { DOSSIERS, REDIRECT } from '../support/rp.ts';
import { meet, visitorAs } from '../support/visitor.ts';
import type { Ground } from './ground.ts';

export type Wanted = {
  readonly scope: string;
  readonly resource?: string;
  readonly acrValues?: string;
  readonly maxAge?: number;
};

export type Tokens = {
  readonly accessToken: string;
  readonly idToken: string;
  readonly refreshToken: string | undefined;
  readonly scope: string;
  readonly expiresIn: number;
  readonly idClaims: Readonly<Record<string, unknown>>;
};

export type Challenge = { readonly scheme: string; readonly parameters: Readonly<Record<string, string>> };

/** A client library, told what to do in the words of the protocol. */
export type Library = {
  /** Pushes the request; answers with the address for the browser. */
  depart(wanted: Wanted): Promise<URL>;
  /** Validates the answer at the redirect URI and redeems the code. */
  arrive(callback: URL): Promise<Tokens>;
  userInfo(tokens: Tokens): Promise<Readonly<Record<string, unknown>>>;
  /** A call to a service: its status, or the challenge that came back. */
  post(url: URL, tokens: Tokens, body: object): Promise<{ status: number } | { challenge: Challenge }>;
  /** Fresh tokens, or the error code of the refusal. */
  renew(tokens: Tokens): Promise<Tokens | string>;
  logoutUrl(tokens: Tokens, returnTo: string): URL;
};

const words = wordsOf('vi').leave;
const dossier = { loai: 'Cấp bản sao trích lục', noiDung: 'Xin cấp bản sao' };
const home = new URL('/', REDIRECT).href;

export async function wholeJourney(
  t: ExecutionContext,
  { house, dossier: service }: Ground,
  library: Library,
): Promise<void> {
  const { person: citizen } = await meet(house);
  const visitor = visitorAs(house, citizen, ({ href }) => href === home);
  const signIn = async (wanted: Wanted) => {
    const way = await visitor.go({ url: (await library.depart(wanted)).href });
    return { ...way, tokens: await library.arrive(way.callback) };
  };

  const first = await signIn({ scope: 'openid tn.level' });
  t.is(first.tokens.idClaims['acr'], house.config.TNID_ACR_BASE + '1', 'level 1');
  const person = await library.userInfo(first.tokens);
  t.is(person['sub'], first.tokens.idClaims['sub']);
  t.is(person['tnid_level'], 1);

  const low = await signIn({ scope: 'openid tn.level svc:hoso:chuan-bi', resource: DOSSIERS });
  const filing = new URL(`${service.url}/ho-so`);
  const asked = await library.post(filing, low.tokens, dossier);
  t.true('challenge' in asked, 'level 1 is not enough for filing');
  if (!('challenge' in asked)) return;
  t.is(asked.challenge.scheme, 'dpop');
  const { error, acr_values: acrValues, max_age: maxAge, scope } = asked.challenge.parameters;
  t.is(error, 'insufficient_user_authentication');
  t.is(acrValues, house.config.TNID_ACR_BASE + '2');

  const high = await signIn({
    scope: `openid tn.level ${scope ?? ''}`,
    resource: DOSSIERS,
    ...(acrValues === undefined ? {} : { acrValues }),
    maxAge: Number(maxAge),
  });
  t.true(high.steps.includes('vneid'), 'the citizen proved who they are');
  t.is(high.tokens.idClaims['acr'], acrValues);
  t.is(high.tokens.scope, scope ?? 'no scope in the challenge');
  t.is(high.tokens.expiresIn, 300);
  t.deepEqual(await library.post(filing, high.tokens, dossier), { status: 201 });

  const renewed = await library.renew(high.tokens);
  if (typeof renewed === 'string') return t.fail(renewed);
  t.not(renewed.accessToken, high.tokens.accessToken);
  t.deepEqual(await library.post(filing, renewed, dossier), { status: 201 });

  const page = await visitor.open(library.logoutUrl(high.tokens, home));
  t.is(page.at === 'page' ? page.page.title : '', words.confirmTitle);
  const left = await visitor.browser.press(words.confirmYes);
  t.is(left.at === 'door' ? left.url.href : '', home);
  t.is(await library.renew(high.tokens), 'invalid_grant');
}
