// A raw server that says what Zalo never should, one script a connection.

import { createServer, type Server, type Socket } from 'node:net';

/** What Zalo might echo in a broken answer. */
export const token = 'T0ken-that-must-not-be-logged';

export type Script = (socket: Socket) => void;

export const http =
  (body: string, head = 'HTTP/1.1 200 OK'): Script =>
  (socket) =>
    socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

/** Answers the n-th connection with the n-th script, the last one from then on. */
export async function rawServer(...scripts: readonly Script[]): Promise<{
  url: string;
  connections: () => number;
  close: () => void;
}> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const script = scripts[Math.min(count, scripts.length - 1)];
    count += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', () => script?.(socket));
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => count,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const trickle: Script = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
  const timer = setInterval(() => socket.write(' '), 50);
  socket.on('close', () => clearInterval(timer));
};
const endless: Script = (socket) => {
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${10 * 1024 * 1024}\r\n\r\n`);
  socket.end(Buffer.alloc(10 * 1024 * 1024, 0x20));
};

/** How an answer can break, and the word for it. */
export const scripts: readonly (readonly [title: string, script: Script, word: string])[] = [
  ['silence', () => {}, 'read_timeout'],
  ['a trickle of bytes', trickle, 'read_timeout'],
  ['a reset', (socket) => void socket.resetAndDestroy(), 'connection_reset'],
  ['a closed connection', (socket) => void socket.end(), 'connection_reset'],
  [
    'half a body',
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"a'),
    'connection_reset',
  ],
  ['JSON that stops halfway', http(`{"access_token":"${token}`), 'not_json'],
  ['a page with status 502', http('<html>Bad Gateway</html>', 'HTTP/1.1 502 Bad Gateway'), 'http_error'],
  ['a page with status 200', http('<html>Zalo</html>'), 'not_json'],
  ['nothing', http(''), 'empty_body'],
  ['ten megabytes', endless, 'body_too_large'],
  ['a redirect', http('', 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/'), 'redirected'],
  ['bytes that are not HTTP', (socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n'), 'connection_reset'],
  ['a JSON list', http('[]'), 'unexpected_shape'],
  ['a JSON null', http('null'), 'unexpected_shape'],
  ['an error of words', http('{"error":"soon"}'), 'unexpected_shape'],
];
