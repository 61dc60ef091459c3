import type { Catalogue } from '../../catalogue/catalogue.ts';
import { servesClaims } from '../../policies/claims.ts';
import type { GrantRequest } from '../grants.ts';
import { wordsOf } from '../../views/words/words.ts';
import type { Lang } from '../../views/words/words.ts';

type Asked = Pick<GrantRequest, 'service' | 'scopes'>;

function actionTitles(catalogue: Catalogue, { service, scopes }: Asked, lang: Lang): readonly string[] {
  // Personal claims belong to no action: what they are for is a purpose.
  const purposes = service?.purposes.filter((purpose) => servesClaims(purpose, scopes)) ?? [];
  const actions = scopes.flatMap((scope) => catalogue.actionsByScope.get(scope) ?? []);
  return [...new Set([...actions, ...purposes].map(({ title }) => title[lang]))];
}

/** What the person is about to do, in the catalogue's words; a page of our own is in no catalogue. */
export function titlesShown(catalogue: Catalogue, asked: Asked, lang: Lang): readonly [string, ...string[]] {
  const [first = wordsOf(lang).stepUp.ownPage, ...others] = actionTitles(catalogue, asked, lang);
  return [first, ...others];
}

/** The first of them in plain ASCII, as it stands in a text message. */
export function asciiAction(catalogue: Catalogue, asked: Asked): string {
  const [title = 'mo Ho so cua toi'] = actionTitles(catalogue, asked, 'vi');
  return title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .replace(/[^ -~]/g, '')
    .slice(0, 40);
}
