// The files the telephone serves, read and packed once: the app as it was built, and the page's own.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

export type Served = {
  readonly status?: number;
  readonly type: string;
  readonly body: string | Buffer;
  /** The same, gzipped. */
  readonly packed?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
};

/** Names relative to the app's folder; `` is its page. @throws when the app was not built */
export async function readApp(
  folder: string,
  config: { readonly issuer: string; readonly services: Readonly<Record<string, string>> },
): Promise<Map<string, Served>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Served>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), packed(entry.name, await readFile(path)));
  }
  const page = files.get('index.html');
  if (page === undefined) throw new Error(`no built mini app in ${folder}: run bin/setup`);
  const opened = page.body.toString().replace('<head>', '<head>\n<script src="/host/bridge.js"></script>');
  const reached = [config.issuer, ...Object.values(config.services)].map((url) => new URL(url).origin);
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${reached.join(' ')}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`;
  const own = {
    ...packed('index.html', Buffer.from(opened)),
    headers: { 'content-security-policy': policy },
  };
  files.set('', own).set('index.html', own);
  files.set('config.json', packed('config.json', Buffer.from(JSON.stringify(config))));
  return files;
}

/** Beside this file, under their addresses. */
export async function readOwnFiles(): Promise<[string, Served][]> {
  return Promise.all(
    ['bridge.js', 'phone.js', 'phone.css'].map(async (name): Promise<[string, Served]> => [
      `/host/${name}`,
      packed(name, await readFile(join(import.meta.dirname, name))),
    ]),
  );
}

function packed(name: string, body: Buffer): Served {
  const type = types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  return { type, body, packed: gzipSync(body) };
}
