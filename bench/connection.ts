// One keep-alive HTTP/1.1 connection with one request at a time. node:http and fetch cost the load
// core more than the broker costs the server core, and would be what is measured.

import { connect } from 'node:net';
import type { Socket } from 'node:net';

export type Answer = {
  readonly status: number;
  readonly location: string | undefined;
  readonly dpopNonce: string | undefined;
  readonly cookies: readonly string[];
  readonly body: string;
};

export type Connection = {
  send(request: string | Buffer): Promise<Answer>;
  close(): void;
};

const HEAD_END = Buffer.from('\r\n\r\n');

export function openConnection(port: number): Promise<Connection> {
  const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  let broken: Error | undefined;

  const fail = (error: Error): void => {
    broken ??= error;
    waiting?.reject(broken);
    waiting = undefined;
  };
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const parsed = parse(received);
    if (parsed === undefined) return;
    received = received.subarray(parsed.length);
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(parsed.answer);
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the server closed a connection')));

  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () =>
      resolve({
        send: (request) =>
          new Promise((answered, failed) => {
            if (broken !== undefined) return failed(broken);
            waiting = { resolve: answered, reject: failed };
            socket.write(request);
          }),
        close: () => {
          socket.removeAllListeners('close');
          socket.destroy();
        },
      }),
    );
  });
}

/** Undefined until the whole answer is there. Both servers always send a length. */
function parse(bytes: Buffer): { answer: Answer; length: number } | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(first.slice(9, 12));
  let length = status === 204 || status === 304 ? 0 : undefined;
  let location: string | undefined;
  let dpopNonce: string | undefined;
  const cookies: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 2);
    if (name === 'content-length') length = Number(value);
    else if (name === 'location') location = value;
    else if (name === 'dpop-nonce') dpopNonce = value;
    else if (name === 'set-cookie') cookies.push(value);
  }
  if (length === undefined) throw new Error(`an answer without a length: ${first}`);
  const end = headEnd + HEAD_END.length + length;
  if (bytes.length < end) return undefined;
  const body = bytes.toString('utf8', headEnd + HEAD_END.length, end);
  return { answer: { status, location, dpopNonce, cookies, body }, length: end };
}

/** The bytes of a request; `form` makes it a POST. */
export function requestBytes(
  host: string,
  path: string,
  {
    form,
    cookie,
    dpop,
  }: { form?: string | undefined; cookie?: string | undefined; dpop?: string | undefined },
): string {
  const head = `${form === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: text/html, application/json\r\n`;
  const more =
    (cookie === undefined || cookie === '' ? '' : `cookie: ${cookie}\r\n`) +
    (dpop === undefined ? '' : `dpop: ${dpop}\r\n`);
  if (form === undefined) return `${head}${more}\r\n`;
  return `${head}${more}content-type: application/x-www-form-urlencoded\r\ncontent-length: ${Buffer.byteLength(form)}\r\n\r\n${form}`;
}
