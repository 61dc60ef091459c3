import { type Child, type Html, html } from './html.ts';
import { hotline } from './hotline.ts';
import { logo, skyline } from './logo.ts';
import { type Lang, wordsOf } from './words/words.ts';

/** What every page needs from the route: the house furniture, nothing about the page itself. */
export type PageFrame = {
  readonly lang: Lang;
  readonly stylesheet: string;
  readonly otherLangHref?: string | undefined;
  readonly account?: { readonly name: string; readonly href?: string | undefined } | undefined;
  /** Absent inside a flow: a tap on the logo must not lose the person's place. */
  readonly homeHref?: string | undefined;
  /** Says on every page that people and numbers are made up. */
  readonly demo?: boolean | undefined;
};

export type LayoutFacts = PageFrame & {
  readonly title: string;
  /** The page answers a mistake: the tab title says so first, for screen readers. */
  readonly failed?: boolean | undefined;
  readonly wide?: boolean | undefined;
  /** The mountain over the footer. */
  readonly scenic?: boolean | undefined;
};

export function layout(facts: LayoutFacts, body: Child): Html {
  const { lang, title, stylesheet } = facts;
  const words = wordsOf(lang).frame;
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<title>${facts.failed ? words.titleWithError(title) : title} | ${words.product}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#0b5246">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<link rel="stylesheet" href="${stylesheet}">
</head>
<body>
<a class="skip" href="#main">${words.skip}</a>
${facts.demo && html`<aside class="demo">${words.demo}</aside>`}
${header(facts)}
<main id="main" class="${facts.wide ? 'column wide' : 'column'}" tabindex="-1">
${body}
</main>
${facts.scenic && skyline()}
<footer class="foot"><div class="column">
<p class="foot-help">${hotline(words.help)}</p>
<p>${words.product}. ${words.province}.</p>
<p>${words.procedures}</p>
</div></footer>
</body>
</html>`;
}

function header(facts: LayoutFacts): Html {
  const words = wordsOf(facts.lang).frame;
  const brand = html`${logo()}<span>${words.product}</span>`;
  const otherLang = facts.lang === 'vi' ? 'en' : 'vi';
  return html`<header class="head"><div class="column head-row">
${facts.homeHref ? html`<a class="brand" href="${facts.homeHref}">${brand}</a>` : html`<div class="brand">${brand}</div>`}
<div class="head-side">
${facts.account && accountName(facts.account)}
${facts.otherLangHref && html`<a class="head-link" href="${facts.otherLangHref}" lang="${otherLang}" hreflang="${otherLang}">${words.otherLanguage}</a>`}
</div>
</div></header>`;
}

function accountName(account: NonNullable<PageFrame['account']>): Html {
  return account.href
    ? html`<a class="head-link head-name" href="${account.href}">${account.name}</a>`
    : html`<span class="head-name">${account.name}</span>`;
}
