// "What can a person at level 1, verified 20 minutes ago, do?": reads the question from the address
// and lets `decide()` answer it.

import type { Catalogue } from '../catalogue/catalogue.ts';
import { possibleFor, waysToLevel2 } from '../policies/explain.ts';
import type { CatalogueWhoModel, WhoAnswer, WhoLevel, WhoWay } from '../views/catalogue-who.ts';
import type { Lang } from '../views/words/words.ts';

const LEVELS: readonly WhoLevel[] = ['0', '1', '2'];
const WAYS: readonly WhoWay[] = ['vneid', 'chip', 'card', 'counter'];
const ANSWERS: readonly WhoAnswer[] = ['yes', 'handover', 'step-up', 'consent', 'no'];
const MOST_MINUTES = 10_080;

export type Asked = { readonly level: WhoLevel; readonly ageSeconds: number; readonly way: WhoWay };
export type Question = Pick<CatalogueWhoModel, 'level' | 'minutes' | 'way' | 'failed'> & {
  /** Absent when nothing was asked, or nothing readable. */
  readonly asked?: Asked | undefined;
};

export function readQuestion(query: Readonly<Record<string, unknown>>): Question {
  const level = LEVELS.find((one) => one === query['muc']) ?? '1';
  const way = WAYS.find((one) => one === query['cach']) ?? 'vneid';
  const typed = query['phut'];
  if (typed === undefined) return { level, way, minutes: '', failed: false };
  const minutes = typeof typed === 'string' ? typed.trim().slice(0, 5) : '';
  const isNumber = /^\d{1,5}$/.test(minutes) && Number(minutes) <= MOST_MINUTES;
  return isNumber
    ? { level, way, minutes, failed: false, asked: { level, way, ageSeconds: Number(minutes) * 60 } }
    : { level, way, minutes, failed: true };
}

/** Every action under the answer a service would give; answers nobody gets are left out. */
export function whatIsPossible(
  { content, serviceById }: Catalogue,
  { level, ageSeconds, way }: Asked,
  { lang, now }: { readonly lang: Lang; readonly now: Date },
): NonNullable<CatalogueWhoModel['answers']> {
  const proof = level === '2' ? waysToLevel2[way] : { amr: level === '1' ? ['zalo'] : [] };
  const person = { level: level === '0' ? 0 : level === '1' ? 1 : 2, ageSeconds, ...proof, clientClass: 'gov_portal', purposes: 'all' } as const; // prettier-ignore
  const all = possibleFor(content.actions, person, Math.floor(now.getTime() / 1000));
  return ANSWERS.map((answer) => ({
    answer,
    actions: all
      .filter((one) => one.answer === answer)
      .map(({ action, text }) => ({
        title: action.title[lang],
        service: serviceById.get(action.service)?.title[lang] ?? '',
        text: answer === 'yes' || answer === 'handover' ? undefined : text[lang],
      })),
  })).filter(({ actions }) => actions.length > 0);
}
