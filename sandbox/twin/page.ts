// The pages of the twins: large type, no script, and the word MÔ PHỎNG on each.

import type { Answer } from './server.ts';

export const STYLE_PATH = '/__sandbox/style.css';

/** `main` is HTML; whatever a person typed in it has gone through `escape`. */
export function page(
  status: number,
  content: {
    title: string;
    main: string;
    system: string;
    refreshSeconds?: number | undefined;
    /** A page of another system to go on to. */
    link?: { readonly href: string; readonly text: string } | undefined;
  },
): Answer {
  const refresh =
    content.refreshSeconds === undefined
      ? ''
      : `<meta http-equiv="refresh" content="${content.refreshSeconds}">`;
  const link =
    content.link === undefined
      ? ''
      : `<p><a href="${escape(content.link.href)}">${escape(content.link.text)}</a></p>`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      // No form-action: browsers apply it to the redirect that takes the person back, too.
      'content-security-policy':
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    },
    body: `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}
<title>${escape(content.title)}</title>
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<header><strong>MÔ PHỎNG</strong></header>
<main>
<h1>${escape(content.title)}</h1>
${content.main}
</main>
<footer><p>${escape(content.system)} mô phỏng để dùng thử. Mọi người ở đây đều không có thật.</p>${link}</footer>
</body>
</html>
`,
  };
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Without `css` the sheet of the twins that have none of their own. */
export function stylesheet(css = CSS): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=300' },
    body: css,
  };
}

const CSS = `
* { box-sizing: border-box; }
body { margin: 0; font: 20px/1.5 system-ui, sans-serif; color: #1c1c1c; background: #f4ece4; }
header { background: #8c1d18; color: #fff; padding: 12px 16px; text-align: center; letter-spacing: 2px; }
main, footer { max-width: 30rem; margin: 0 auto; padding: 16px; }
main { background: #fff; min-height: 70vh; }
h1 { font-size: 30px; line-height: 1.25; }
h2 { font-size: 24px; }
ul, ol { list-style: none; margin: 0; padding: 0; }
button { display: block; width: 100%; min-height: 64px; margin: 12px 0; padding: 10px 16px; font: inherit; font-weight: 700;
  text-align: left; color: #8c1d18; background: #fff; border: 2px solid #8c1d18; border-radius: 12px; cursor: pointer; }
button small { display: block; font-size: 18px; font-weight: 400; color: #3c3c3c; }
button.quiet { text-align: center; color: #1c1c1c; border-color: #6b6b6b; }
button:focus-visible, a:focus-visible { outline: 4px solid #1a5fb4; outline-offset: 2px; }
a { display: inline-block; padding: 12px 0; min-height: 48px; color: #8c1d18; }
article { margin: 16px 0; padding: 16px; border: 2px solid #d8c4b0; border-radius: 16px; background: #fffaf4; overflow-wrap: anywhere; }
article p { margin: 0; font-size: 24px; }
article p.code { font-size: 44px; font-weight: 700; letter-spacing: 6px; }
article time { font-size: 18px; color: #4a4a4a; }
footer { color: #4a4a4a; font-size: 18px; }
`;
