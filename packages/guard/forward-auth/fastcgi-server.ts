// Answers Apache's mod_authnz_fcgi as a FastCGI Authorizer: the environment of the request in, a status
// out; on 200 the headers named Variable-… become environment variables of the request.

import { createServer, type Socket } from 'node:net';
import type { Door } from './door.ts';
import {
  beginOf,
  endRecord,
  fcgi,
  readPairs,
  readRecords,
  stdoutRecords,
  type FcgiRecord,
} from './fastcgi-records.ts';
import { readOriginal, type Original } from './original.ts';
import type { Peers } from './peers.ts';
import type { Judge, Verdict } from './verdict.ts';

const maxParamsBytes = 256 * 1024;
const maxPairs = 512;
const maxConnections = 1024;
// From the first byte to the last: Apache sends everything at once.
const requestTimeoutMs = 10_000;

export function createFastcgiServer(peers: Peers, judge: Judge): Door {
  const isAsking = new Map<Socket, () => boolean>();
  const server = createServer((socket) => {
    if (!peers(socket.remoteAddress)) return void socket.destroy();
    isAsking.set(socket, converse(socket, judge));
    socket.on('close', () => isAsking.delete(socket));
  });
  server.maxConnections = maxConnections;
  return {
    server,
    closeIdle: () => isAsking.forEach((asks, socket) => (asks() ? undefined : socket.destroy())),
    closeAll: () => isAsking.forEach((_, socket) => socket.destroy()),
  };
}

type Open = { readonly id: number; readonly keeps: boolean; readonly params: Buffer[]; bytes: number };

/** Answers with a way to ask whether a question is open. */
function converse(socket: Socket, judge: Judge): () => boolean {
  let rest: Buffer = Buffer.alloc(0);
  let open: Open | undefined;
  let isAnswering = false;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  // Not setTimeout(…) of the socket: one byte now and then would keep it open for ever.
  let deadline = setTimeout(() => socket.destroy(), requestTimeoutMs);
  socket.on('close', () => clearTimeout(deadline));

  socket.on('data', (chunk) => {
    try {
      const read = readRecords(Buffer.concat([rest, Buffer.from(chunk)]));
      rest = read.rest;
      for (const one of read.records) take(one);
    } catch {
      socket.destroy();
    }
  });
  return () => open !== undefined;

  function take(one: FcgiRecord): void {
    // After the end a server may still close the empty stream of the request's body.
    if (one.type === fcgi.stdin && one.content.length === 0) return;
    // One question at a time: nothing else may follow until it is answered.
    if (isAnswering) throw new Error('fastcgi: out of turn');
    if (one.type === fcgi.beginRequest) return begin(one);
    if (open === undefined || one.id !== open.id) throw new Error('fastcgi: no such request');
    if (one.type === fcgi.abortRequest) return finish(open, [endRecord(open.id, fcgi.requestComplete)]);
    if (one.type !== fcgi.params) throw new Error('fastcgi: unexpected record');
    if (one.content.length > 0) {
      open.params.push(one.content);
      open.bytes += one.content.length;
      if (open.bytes > maxParamsBytes) throw new Error('fastcgi: too much');
      return;
    }
    const complete = open;
    isAnswering = true;
    void judge(readEnvironment(readPairs(Buffer.concat(complete.params), maxPairs))).then(
      (verdict) =>
        finish(complete, [
          ...stdoutRecords(complete.id, cgiAnswer(verdict)),
          endRecord(complete.id, fcgi.requestComplete),
        ]),
      () => socket.destroy(),
    );
  }

  function begin({ id, content }: FcgiRecord): void {
    const { role, keeps } = beginOf(content);
    if (id === 0) throw new Error('fastcgi: management id');
    if (open !== undefined) return void socket.write(endRecord(id, fcgi.cannotMultiplex));
    const begun = { id, keeps, params: [], bytes: 0 };
    if (role !== fcgi.authorizer) return finish(begun, [endRecord(id, fcgi.unknownRole)]);
    open = begun;
  }

  function finish({ keeps }: Open, records: readonly Buffer[]): void {
    open = undefined;
    isAnswering = false;
    clearTimeout(deadline);
    if (!keeps) return void socket.end(Buffer.concat(records));
    deadline = setTimeout(() => socket.destroy(), requestTimeoutMs);
    socket.write(Buffer.concat(records));
  }
}

/** RFC 3875 §4.1. Apache joins headers of one name with ", ", which no token and no proof survives. */
function readEnvironment(environment: ReadonlyMap<string, string>): Original {
  const method = environment.get('REQUEST_METHOD');
  const url = environment.get('REQUEST_URI');
  if (method === undefined || url === undefined)
    return { kind: 'misconfigured', why: 'REQUEST_METHOD or REQUEST_URI is missing' };
  const headers = [...environment]
    .filter(([name]) => name.startsWith('HTTP_'))
    .flatMap(([name, value]) => [name.slice('HTTP_'.length).replaceAll('_', '-'), value]);
  return readOriginal(method, url, headers);
}

function cgiAnswer(verdict: Verdict): Buffer {
  if (verdict.ok) {
    const variables = Object.entries(verdict.identity).map(
      ([name, value]) => `Variable-${name.slice('X-'.length).replaceAll('-', '_').toUpperCase()}: ${value}`,
    );
    return Buffer.from(['Status: 200', ...variables, '', ''].join('\r\n'));
  }
  const headers = Object.entries(verdict.headers).map(([name, value]) => `${name}: ${value}`);
  // Apache forgets the type of the body; by this mark configs/apache.conf knows it again.
  const head = [`Status: ${verdict.status}`, ...headers, 'X-TN-Refused: 1', '', ''].join('\r\n');
  return Buffer.from(head + JSON.stringify(verdict.problem));
}
