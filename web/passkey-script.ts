// The one script of ours, for pages that make or use a passkey. Its address changes with its content.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Context } from 'koa';

const bytes = readFileSync(new URL('../views/passkey.js', import.meta.url));

export const passkeyScriptHref = `/assets/passkey.${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}.js`;

export function sendPasskeyScript(ctx: Context): void {
  ctx.set('cache-control', 'public, max-age=31536000, immutable');
  ctx.type = 'text/javascript; charset=utf-8';
  ctx.body = bytes;
}
