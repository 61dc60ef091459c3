import type { Catalogue } from '../catalogue/catalogue.ts';
import { wordsOf } from '../views/words/words.ts';
import type { Lang } from '../views/words/words.ts';

function actionTitles(catalogue: Catalogue, scopes: readonly string[], lang: Lang): readonly string[] {
  const actions = scopes.flatMap((scope) => catalogue.actionsByScope.get(scope) ?? []);
  return [...new Set(actions.map((action) => action.title[lang]))];
}

/** What the person is about to do, in the catalogue's words; a page of our own is in no catalogue. */
export function titlesShown(
  catalogue: Catalogue,
  scopes: readonly string[],
  lang: Lang,
): readonly [string, ...string[]] {
  const [first = wordsOf(lang).stepUp.ownPage, ...others] = actionTitles(catalogue, scopes, lang);
  return [first, ...others];
}

/** The first of them in plain ASCII, as it stands in a text message. */
export function asciiAction(catalogue: Catalogue, scopes: readonly string[]): string {
  const [title = 'mo Ho so cua toi'] = actionTitles(catalogue, scopes, 'vi');
  return title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .replace(/[^ -~]/g, '')
    .slice(0, 40);
}
