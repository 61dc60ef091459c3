// GET /me/reads: who used or looked at a person's data, day by day and in words. No id of ours, of an
// officer or of a token is in it.

import Router from '@koa/router';
import { findReads } from '../audit/reads.ts';
import type { Read } from '../audit/reads.ts';
import { Refusal } from '../errors.ts';
import { communeName } from '../policies/communes.ts';
import { meAudience } from '../provider/own-api.ts';
import { takeTry } from '../tries.ts';
import { wordsOf } from '../views/words/words.ts';
import type { Words } from '../views/words/words.ts';
import { meRoute } from './me-caller.ts';
import type { MeCaller } from './me-caller.ts';
import type { OwnGuards } from './own-guards.ts';
import type { Site } from './site.ts';

// It reads thousands of rows for one screen.
const LIMIT = { name: 'me-reads', most: 30, seconds: 60 };

export function meReadRoutes(site: Site, guards: OwnGuards): Router {
  const router = new Router();
  router.get(
    '/me/reads',
    meRoute(site, guards.me, (_ctx, me) => list(site, me)),
  );
  return router;
}

async function list(site: Site, { accountId, lang }: MeCaller): Promise<object> {
  const now = site.clock();
  if (!(await takeTry(site.db, LIMIT, accountId, now)))
    throw new Refusal('throttled', 'too many looks', { retryAfterSeconds: LIMIT.seconds });
  const { since, reads, more } = await findReads(site.db, accountId, now);
  const names = await clientNames(site, reads);
  const words = wordsOf(lang);
  return {
    since,
    more,
    days: reads.map((read) => ({
      date: read.date,
      service: serviceTitle(site, read, lang),
      title: titleOf(site, read, lang),
      count: read.count,
      by: byWhom(read, names, words),
    })),
  };
}

/** What each client calls itself, asked once a client. */
async function clientNames(site: Site, reads: readonly Read[]): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(reads.flatMap(({ clientId }) => clientId ?? []));
  const found = await Promise.all(
    [...ids].map(async (id) => [id, (await site.provider().Client.find(id))?.clientName] as const),
  );
  return new Map(found.flatMap(([id, name]) => (name === undefined ? [] : [[id, name] as const])));
}

function serviceTitle(site: Site, { serviceId }: Read, lang: MeCaller['lang']): string {
  const service = site.catalogue.serviceById.get(serviceId ?? '');
  if (service !== undefined) return service.title[lang];
  const isOurs = serviceId === undefined || serviceId === meAudience(site.issuer);
  return isOurs ? wordsOf(lang).me.here : serviceId;
}

function titleOf(site: Site, read: Read, lang: MeCaller['lang']): string {
  const { reads: words, claims } = wordsOf(lang).me;
  if (read.what === 'action')
    return site.catalogue.actionByName.get(read.action)?.title[lang] ?? words.otherAction;
  switch (read.kind) {
    case 'token.issued':
      return read.serviceId === meAudience(site.issuer) ? words.own : words.token;
    case 'claims.released':
      return words.claims(labelsOf(read.claims, claims));
    case 'stepup.vneid':
      return words.vneid;
    case 'stepup.card':
      return words.card;
    case 'stepup.chip':
      return words.chip;
    case 'counter.claimed':
    case 'counter.checked':
    case 'counter.opened':
      return words.counter;
  }
}

/** Claims stand in the log by their names in tokens, ours with an address before them. */
function labelsOf(claims: readonly string[], words: Words['me']['claims']): string[] {
  const labels: Readonly<Record<string, string>> = words;
  const known = claims.flatMap((claim) => labels[claim.split('/').at(-1) ?? ''] ?? []);
  return [...new Set(known)];
}

function byWhom(read: Read, names: ReadonlyMap<string, string>, { me }: Words): string {
  if (read.what === 'event' && read.kind.startsWith('counter.')) {
    const commune = read.commune === undefined ? undefined : communeName(read.commune);
    return commune === undefined ? me.officer : me.officerAt(commune);
  }
  if (read.what === 'event' && read.kind.startsWith('stepup.')) return me.asked;
  return names.get(read.clientId ?? '') ?? me.unknownApp;
}
