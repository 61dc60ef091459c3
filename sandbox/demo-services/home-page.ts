// The page a person sees who opens a demo service in a browser.

import type { DemoPlan } from './serve.ts';

/** Everything shown is text of our own; nothing of the request is in it. */
export function homePage({ title, text, audience, routes }: DemoPlan): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const rows = routes.map(({ method, path, action }) => `<li><code>${method} ${path}</code>: ${action}</li>`);
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy':
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
    body: `<!doctype html>
<html lang="vi">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>${text}</p>
<p>Đây là dịch vụ mẫu để chạy thử, không phải dịch vụ thật. Địa chỉ đăng ký: <code>${audience}</code>.</p>
<ul>
${rows.join('\n')}
</ul>
<p><a href="/nhat-ky">Các quyết định gần đây</a> (không có tên hay số định danh của ai).</p>
</body>
</html>
`,
  };
}
