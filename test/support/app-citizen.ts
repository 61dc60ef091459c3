// A citizen inside Zalo: known to Zalo, the register and VNeID, with the mini app open.

import { internationalNumber, introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import type { TestHouse } from './broker.ts';
import { accessTokenOf, challengeOf, codeOf, miniAppClient, openLaunch } from './launch.ts';
import type { Fields, Launch, Said } from './launch.ts';
import { DOSSIERS, REPORTS } from './rp.ts';

/** Level 1, and a service whose one voluntary purpose is asked. */
export const REPORT = { scope: 'svc:phananh:gui', resource: REPORTS } as const;
/** Level 2 by VNeID only; level 2 by any evidence. */
export const DOSSIER = { scope: 'svc:hoso:nop', resource: DOSSIERS } as const;
export const VIEW = { scope: 'svc:hoso:xem', resource: DOSSIERS } as const;
export const ME = (house: { readonly issuer: string }) => ({
  scope: 'tn:me',
  resource: `${house.issuer}/me`,
});

export const useMiniApp = (house: TestHouse) => house.addClient(miniAppClient(house.issuer));

export type AppCitizen = { readonly person: Person; readonly launch: Launch };

/** Somebody nobody has met; the app is open, nobody is signed in. */
export async function meetInZalo(house: TestHouse, given: Person = inventPerson()): Promise<AppCitizen> {
  await introduce(given, { zalo: house.zalo.url, vneid: house.vneid.url });
  const { personalNumber, name, birthdate } = given;
  await fetch(`${house.register.url}/__sandbox/citizens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ personalNumber, name, birthdate }),
  });
  return { person: given, launch: await openLaunch(house.issuer) };
}

/** What `getAccessToken()` gives; `scopes`: what Zalo asked the person for. */
export const zaloToken = (
  house: TestHouse,
  { zaloId }: Person,
  scopes: readonly ('scope.userInfo' | 'scope.userPhonenumber')[] = [],
) => house.zalo.mintMiniAppTokens({ zaloId, scopes: [...scopes] });

export const signIn = (
  house: TestHouse,
  { person, launch }: AppCitizen,
  asked: Fields = REPORT,
): Promise<Said> => launch.login(zaloToken(house, person).accessToken, asked);

/** What stands on the person's card, typed. */
export const CARD = ({ birthdate, personalNumber, name }: Person) => ({
  card_number: personalNumber,
  card_name: name,
  card_birthdate: `${birthdate.slice(0, 4)}-${birthdate.slice(4, 6)}-${birthdate.slice(6, 8)}`,
});

/** Answers each challenge as the person would, by typing their card and the code on their phone. */
export async function goOn(
  house: TestHouse,
  { person, launch }: AppCitizen,
  said: Said,
  answers: Readonly<Record<string, Fields | ((challenge: Readonly<Record<string, unknown>>) => Fields | Promise<Fields>)>> = {}, // prettier-ignore
): Promise<Said> {
  const { phone } = person;
  const usual: typeof answers = {
    brake: { step: 'brake', guided: 'no' },
    choose: { choice: 'card_register' },
    card_register: CARD(person),
    phone: { phone },
    otp: async () => ({ otp: await newestCode(house.sms.url, phone) }),
    consent: ({ text_hash, purposes }) => ({
      consent: 'approve',
      consent_text_hash: String(text_hash),
      consent_purposes: askedIn(purposes).join(' '),
    }),
    ...answers,
  };
  let now = said;
  for (let steps = 0; steps < 15 && now.body['error'] === 'insufficient_authorization'; steps += 1) {
    const challenge = challengeOf(now);
    const answer = usual[challenge.type];
    if (answer === undefined) throw new Error(`nobody answers ${challenge.type}`);
    now = await launch.call(typeof answer === 'function' ? await answer(challenge) : answer);
  }
  return now;
}

export const askedIn = (purposes: unknown): readonly string[] =>
  (purposes as readonly { id: string; asked: boolean }[]).filter(({ asked }) => asked).map(({ id }) => id); // the wire's shape

/** From nothing to a token for what is asked. @throws when a step refuses */
export async function tokenFor(house: TestHouse, citizen: AppCitizen, asked: Fields): Promise<string> {
  const { launch } = citizen;
  const first =
    launch.session() === undefined ? await signIn(house, citizen, asked) : await launch.begin(asked);
  const done = await goOn(house, citizen, first);
  const given = await launch.token(codeOf(done), { resource: asked['resource'] });
  if (given.status !== 200) throw new Error(`no token: ${JSON.stringify(given.body)}`);
  return accessTokenOf(given);
}

export const numberOf = ({ phone }: Person) => internationalNumber(phone);
