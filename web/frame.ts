// Language, page furniture and the address a visitor comes from.

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

/** The visitor's address: the socket's, or what the nearest of our own proxies saw. */
export function addressOf(ctx: Context, trustedProxies: number): string {
  const socket = ctx.req.socket.remoteAddress ?? '';
  if (trustedProxies === 0) return socket;
  const hops = ctx
    .get('x-forwarded-for')
    .split(',')
    .map((hop) => hop.trim())
    .filter(Boolean);
  return hops.at(-trustedProxies) ?? socket;
}

/** The /24 or /56 an address lies in: limits on a network must not be dodged by changing host bits. */
export function networkOf(address: string): string {
  const v4 = /(?:^|:)(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  const groups = address.split('::')[0]?.split(':') ?? [];
  const first = groups
    .concat(Array(8).fill('0'))
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'));
  return first.join('').slice(0, 14);
}
