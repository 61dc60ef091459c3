// Just enough of Redis (RESP2) for stores/redis.ts, without a package: commands answered in order over one connection.
// A lost connection fails what waits and is opened again with the next command; a replay store that
// does not answer refuses, so nothing here retries.

import { connect, type Socket } from 'node:net';
import type { Redis } from './config.ts';

export type RedisReply = string | number | null;
export type RedisClient = {
  sendCommand(args: readonly string[]): Promise<RedisReply>;
  close(): void;
};

type Waiting = { readonly resolve: (reply: RedisReply) => void; readonly reject: (error: Error) => void };
type Connection = { readonly socket: Socket; readonly waiting: Waiting[] };

const timeoutMs = 1000;
const maxReplyBytes = 64 * 1024;

export function createRedisClient({ host, port }: Redis, password: string | undefined): RedisClient {
  let open: Connection | undefined;

  function connection(): Connection {
    if (open !== undefined) return open;
    const socket = connect({ host, port, noDelay: true });
    const here: Connection = { socket, waiting: [] };
    open = here;
    let rest: Buffer = Buffer.alloc(0);
    const fail = (why: string): void => {
      if (open === here) open = undefined;
      socket.destroy();
      for (const { reject } of here.waiting.splice(0)) reject(new Error(why));
    };
    socket.setTimeout(timeoutMs, () => {
      // Silence is an error only while somebody waits.
      if (here.waiting.length > 0) fail('redis: no answer in time');
    });
    socket.on('error', () => fail('redis: connection failed'));
    socket.on('close', () => fail('redis: connection closed'));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, Buffer.from(chunk)]);
      try {
        for (let read = readReply(rest); read !== undefined; read = readReply(rest)) {
          rest = rest.subarray(read.length);
          const waiting = here.waiting.shift();
          if (read.error) waiting?.reject(new Error('redis: refused the command'));
          else waiting?.resolve(read.reply);
        }
        if (rest.length > maxReplyBytes) throw new Error('too large');
      } catch {
        fail('redis: answer not understood');
      }
    });
    if (password !== undefined) {
      // What follows on this connection fails too if the password is wrong.
      here.waiting.push({ resolve: () => undefined, reject: () => fail('redis: password refused') });
      socket.write(encode(['AUTH', password]));
    }
    return here;
  }

  return {
    sendCommand: async (args) =>
      new Promise((resolve, reject) => {
        const { socket, waiting } = connection();
        waiting.push({ resolve, reject });
        socket.write(encode(args));
      }),
    close: () => open?.socket.destroy(),
  };
}

function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`;
}

type Read = { readonly reply: RedisReply; readonly error: boolean; readonly length: number };

// Simple strings, errors, integers and bulk strings: SET and AUTH answer nothing else.
function readReply(bytes: Buffer): Read | undefined {
  const end = bytes.indexOf('\r\n');
  if (end === -1) return undefined;
  const kind = String.fromCharCode(bytes.readUInt8(0));
  const line = bytes.toString('latin1', 1, end);
  const length = end + 2;
  switch (kind) {
    case '+':
      return { reply: line, error: false, length };
    case '-':
      return { reply: null, error: true, length };
    case ':':
      return { reply: Number(line), error: false, length };
    case '$': {
      const size = Number(line);
      if (size === -1) return { reply: null, error: false, length };
      if (!(size >= 0 && size <= maxReplyBytes)) throw new Error('redis: size');
      if (bytes.length < length + size + 2) return undefined;
      return {
        reply: bytes.toString('utf8', length, length + size),
        error: false,
        length: length + size + 2,
      };
    }
    default:
      throw new Error('redis: kind');
  }
}
