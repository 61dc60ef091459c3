// Language and page furniture.

import type { Context } from 'koa';
import type { PageFrame } from '../views/layout.ts';
import type { Lang } from '../views/words/words.ts';

/** Vietnamese unless the visitor chose English here, or their browser prefers it. */
export function langOf(ctx: Context): Lang {
  const chosen = ctx.query['lang'] ?? ctx.cookies.get('__Host-tnid-lang', { signed: false });
  if (chosen === 'en' || chosen === 'vi') return chosen;
  return ctx.acceptsLanguages('vi', 'en') === 'en' ? 'en' : 'vi';
}

export function frameOf(
  ctx: Context,
  site: { readonly stylesheetHref: string; readonly demo: boolean },
  more: { account?: string | undefined; home?: boolean; switchable?: boolean } = {},
): PageFrame {
  const lang = langOf(ctx);
  if (ctx.query['lang'] === lang) {
    ctx.cookies.set('__Host-tnid-lang', lang, {
      signed: false,
      httpOnly: true,
      sameSite: 'lax',
      secure: true,
      maxAge: 31_536_000_000,
    });
  }
  return {
    lang,
    stylesheet: site.stylesheetHref,
    demo: site.demo,
    otherLangHref: more.switchable === false ? undefined : `${ctx.path}?lang=${lang === 'vi' ? 'en' : 'vi'}`,
    account:
      more.account === undefined
        ? undefined
        : { name: more.account, href: more.home === true ? '/toi' : undefined },
    homeHref: more.home === true ? '/' : undefined,
  };
}
