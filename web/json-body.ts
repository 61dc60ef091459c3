// Reads a JSON body: small, declared as JSON, in UTF-8.

import type { Context } from 'koa';

export type JsonBody =
  | { readonly value: unknown }
  | { readonly status: 400 | 413 | 415; readonly error: string };

export async function readJson(ctx: Context, mostBytes: number): Promise<JsonBody> {
  if (ctx.is('application/json') !== 'application/json') return { status: 415, error: 'the body must be application/json' }; // prettier-ignore
  const bytes = await readBytes(ctx, mostBytes).catch(() => 'cut' as const);
  if (bytes === 'cut') return { status: 400, error: 'the body ended early' };
  if (bytes === undefined) {
    ctx.set('connection', 'close'); // nobody reads the rest
    return { status: 413, error: `the body is larger than ${mostBytes} bytes` };
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return { value };
  } catch {
    return { status: 400, error: 'the body is not JSON' };
  }
}

/** Undefined: more than is taken. What was announced too large is not read at all. */
export async function readBytes(ctx: Context, mostBytes: number): Promise<Buffer | undefined> {
  if ((ctx.request.length ?? 0) > mostBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not end the connection: the answer still has to go out.
  const stream: AsyncIterable<Buffer> = ctx.req.iterator({ destroyOnReturn: false }); // no encoding is set: buffers
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
