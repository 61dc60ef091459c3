// A demo of the 1022 hotline on Zalo: answers what anybody may know at once, a dossier by its code, and
// "hồ sơ của tôi" to a citizen who has linked their chat. It keeps no message and no name.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { JWK } from 'jose';
import { z } from 'zod';
import { said, wishOf } from './answers.ts';
import { createHotlineClient, type HotlineClient, type SignedEvent } from './broker.ts';
import { createOaSender, readEvent, type Message, type OaAccount } from './oa.ts';

export type HotlineOptions = {
  /** Default: any free port. */
  readonly port?: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly privateKey: JWK;
  readonly account: OaAccount;
  readonly zaloUrl: string;
  readonly dossier: { readonly audience: string; readonly url: string };
  /** Told in one word what became of each message. */
  readonly onDone?: (outcome: string) => void;
};

export type Hotline = { readonly url: string; readonly webhookUrl: string; stop(): Promise<void> };

const WEBHOOK = '/zalo/su-kien';
const MOST_BYTES = 64 * 1024;
const REMEMBERED = 5_000;
/** Questions about dossiers by code, a chat in ten minutes: codes are easy to guess. */
const LOOKUPS = { most: 10, ms: 600_000 };

const dossierSchema = z.object({ ma: z.string(), trangThai: z.string() });

export async function startHotline(options: HotlineOptions): Promise<Hotline> {
  const { account, zaloUrl, onDone = () => {} } = options;
  const client = await createHotlineClient(options);
  const sender = createOaSender(account, zaloUrl);
  const seen = new Set<string>();
  const lookups = new Map<string, number[]>();
  const working = new Set<Promise<void>>();

  const server = createServer((request, response) => void hear(request, response));
  server.listen(options.port ?? 0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hotline has no port');
  const url = `http://localhost:${address.port}`;

  async function hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || request.url !== WEBHOOK) return end(response, request.url === WEBHOOK ? 405 : 404); // prettier-ignore
    const raw = await bodyOf(request).catch(() => undefined);
    if (raw === undefined) return end(response, 413);
    const headers = { signature: headerOf(request, 'x-zevent-signature') ?? '', timestamp: headerOf(request, 'x-zevent-timestamp') }; // prettier-ignore
    const message = readEvent(account, raw, headers);
    if (message === undefined) return end(response, 401);
    // Zalo waits two seconds: answered first, worked on afterwards, and a message that comes again is old.
    end(response, 200);
    if (message === 'other' || seen.has(message.messageId)) return;
    seen.add(message.messageId);
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value ?? '');
    const work = answer(message, { raw, ...headers }).then(onDone, () => onDone('failed'));
    working.add(work);
    void work.finally(() => working.delete(work));
  }

  async function answer(message: Message, event: SignedEvent): Promise<string> {
    const text = await answerTo(message, event).catch(() => said.trouble);
    return sender.send(message.userId, text);
  }

  async function answerTo({ userId, text }: Message, event: SignedEvent): Promise<string> {
    const wish = wishOf(text);
    switch (wish.kind) {
      case 'buses':
      case 'hours':
      case 'help':
        return said[wish.kind];
      case 'dossier':
        return mayLookUp(userId) ? lookUp(options.dossier.url, wish.code) : said.tooOften;
      case 'mine':
        return mine(client, event);
      case 'link-code': {
        await client.handOn(event);
        // The same message, asked once more as a question: found means that the chat is linked.
        const found = await client.findDossiers(event);
        if (found.outcome === 'found') return said.linked;
        return found.outcome === 'trouble' ? said.trouble : said.notLinked(found.address);
      }
    }
  }

  function mayLookUp(userId: string): boolean {
    const now = Date.now();
    const recent = (lookups.get(userId) ?? []).filter((at) => now - at < LOOKUPS.ms);
    if (recent.length >= LOOKUPS.most) return false;
    lookups.set(userId, [...recent, now]);
    if (lookups.size > REMEMBERED) lookups.delete(lookups.keys().next().value ?? '');
    return true;
  }

  return {
    url,
    webhookUrl: `${url}${WEBHOOK}`,
    async stop() {
      await Promise.all(working);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function mine(client: HotlineClient, event: SignedEvent): Promise<string> {
  const found = await client.findDossiers(event);
  switch (found.outcome) {
    case 'found':
      return said.mine(found.dossiers);
    case 'link_required':
      return said.linkNeeded(found.address);
    case 'consent_required':
      return said.consentNeeded(found.address);
    case 'trouble':
      return said.trouble;
  }
}

async function lookUp(dossierUrl: string, code: string): Promise<string> {
  const response = await fetch(`${dossierUrl}/tra-cuu/${code}`, { signal: AbortSignal.timeout(5_000) });
  if (response.status === 404) return said.noDossier(code);
  const found = dossierSchema.safeParse(await response.json());
  return found.success ? said.dossier(found.data) : said.trouble;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Without an encoding set a request yields Buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const headerOf = ({ headers }: IncomingMessage, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'cache-control': 'no-store', ...(status === 405 ? { allow: 'POST' } : {}) });
  response.end();
}
