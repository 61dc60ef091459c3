import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Lang } from '../views/words/words.ts';

/** What the person is about to do, in the catalogue's words. */
export function actionTitles(catalogue: Catalogue, scopes: readonly string[], lang: Lang): readonly string[] {
  const actions = scopes.flatMap((scope) => catalogue.actionsByScope.get(scope) ?? []);
  return [...new Set(actions.map((action) => action.title[lang]))];
}

/** The first of them in plain ASCII, as it stands in a text message. */
export function asciiAction(catalogue: Catalogue, scopes: readonly string[]): string {
  const [title = 'Tay Ninh ID'] = actionTitles(catalogue, scopes, 'vi');
  return title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .replace(/[^ -~]/g, '')
    .slice(0, 40);
}
