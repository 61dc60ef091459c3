// /views shows every page of Tây Ninh ID in every state, side by side, under the policy the real
// pages have.

import { gallery, galleryIndexPage } from '../views/gallery.ts';
import { render } from '../views/html.ts';
import type { Lang } from '../views/words/words.ts';

/** The page at a path below /views, or undefined. */
export function galleryPage(path: string, lang: Lang, stylesheet: string): string | undefined {
  const entries = gallery((shown, id) => ({
    lang: shown,
    stylesheet,
    demo: true,
    otherLangHref: `/views/${id}?lang=${shown === 'vi' ? 'en' : 'vi'}`,
  }));
  if (path === '/views') {
    const links = entries.map(({ id, title }) => ({
      title,
      viHref: `/views/${id}`,
      enHref: `/views/${id}?lang=en`,
    }));
    return render(
      galleryIndexPage({ page: { lang: 'vi', stylesheet, demo: true, homeHref: '/' }, entries: links }),
    );
  }
  const entry = entries.find(({ id }) => path === `/views/${id}`);
  return entry && render(entry.html(lang));
}
