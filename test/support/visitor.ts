// A citizen with a browser, for the tests of the protocol side: invented, made known to the twins,
// and walking through the pages as the sandbox's citizen does.

import { openBrowser } from '../../sandbox/citizen/browser.ts';
import type { Browser } from '../../sandbox/citizen/browser.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import type { Person } from '../../sandbox/citizen/people.ts';
import { walk } from '../../sandbox/citizen/sign-in.ts';
import type { Walk } from '../../sandbox/citizen/sign-in.ts';
import { sql } from '../../database.ts';
import type { TestHouse } from './broker.ts';
import { DOSSIERS, REDIRECT, REPORTS } from './rp.ts';
import type { AuthRequest, Form, Reply, Rp } from './rp.ts';

export type Visitor = {
  readonly person: Person;
  readonly browser: Browser;
  /** Walks through every page to the client's callback. */
  go(request: { url: string }, choose?: (purpose: string) => 'given' | 'refused'): Promise<Walk>;
  /** Opens one address; `door` when it led to the client's callback. */
  open: Browser['open'];
};

export const atRedirect = (url: URL) => url.href.startsWith(REDIRECT);

/** Somebody nobody has met, with an empty browser. */
export async function meet(house: TestHouse): Promise<Visitor> {
  const person = inventPerson();
  await introduce(person, { zalo: house.zalo.url, vneid: house.vneid.url });
  return visitorAs(house, person);
}

/** The same person at another browser. `alsoStopAt`: doors besides the client's callback. */
export function visitorAs(
  house: TestHouse,
  person: Person,
  alsoStopAt: (url: URL) => boolean = () => false,
): Visitor {
  const browser = openBrowser({ stopAt: (url) => atRedirect(url) || alsoStopAt(url) });
  return {
    person,
    browser,
    open: browser.open,
    go: ({ url }, choose) =>
      walk(browser, new URL(url), person, {
        sms: house.sms.url,
        ...(choose === undefined ? {} : { choose }),
      }),
  };
}

export type SignedIn = { readonly request: AuthRequest; readonly walk: Walk; readonly tokens: Reply };

/** Signs in through the pages and redeems the code. */
export async function signIn(
  rp: Rp,
  visitor: Visitor,
  wanted: { scope: string; resource?: string | undefined; over?: Form },
  choose?: (purpose: string) => 'given' | 'refused',
): Promise<SignedIn> {
  const request = await rp.begin(wanted.scope, wanted.resource, wanted.over);
  const walked = await visitor.go(request, choose);
  return { request, walk: walked, tokens: await rp.redeem(request, walked.callback) };
}

export const LEVEL_ONE = { scope: 'openid tn.level svc:phananh:gui', resource: REPORTS };
export const LEVEL_TWO = { scope: 'openid tn.level svc:hoso:nop', resource: DOSSIERS };

export async function accountOf(house: TestHouse, { person }: Visitor): Promise<string> {
  const row = await house.db.row<{ account_id: string }>(
    sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`,
  );
  if (row === undefined) throw new Error('this person has no account yet');
  return row.account_id;
}

/** Moves every proof of an account into the past. */
export const ageProofs = (house: TestHouse, accountId: string, seconds: number) =>
  house.db.run(
    sql`update level_fact set at = at - ${seconds}::int * interval '1 second' where account_id = ${accountId}`,
  );

/** Events of one kind written about an account (about anybody, when none is named). */
export const countEvents = async (house: TestHouse, kind: string, accountId?: string): Promise<number> => {
  const row = await house.db.row<{ n: number }>(sql`
    select count(*) as n from access_event e left join audit_stream s using (stream_id)
    where e.kind = ${kind} and (${accountId}::uuid is null or s.account_id = ${accountId}::uuid)`);
  return row?.n ?? 0;
};

/** Through Zalo, if it asks, and no further: to whatever our own pages want next. */
export async function passZalo({ browser, person }: Visitor): Promise<void> {
  if (browser.hasButton('Đăng nhập bằng Zalo')) await browser.press('Đăng nhập bằng Zalo');
  while (browser.page().url.pathname.startsWith('/v4/permission'))
    await browser.press(browser.hasButton('allow') ? 'allow' : person.zaloId);
}
