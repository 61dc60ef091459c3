import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { openDatabase, sql } from '../../database.ts';
import { useDatabase } from '../support/database.ts';

let environment: Record<string, string>;
test.before(async () => {
  environment = {
    TNID_DATABASE_URL: (await useDatabase()).url,
    TNID_KEK: randomBytes(32).toString('base64url'),
    TNID_ISSUER: 'https://id.test',
  };
});

const tnid = (...words: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], ...environment };
    execFile('bin/tnid', ['codes', ...words], { env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    ).stdin?.end();
  });

test.serial('an operator stops and starts a channel, and both stand in the log', async (t) => {
  const stop = ['stop', '--channel', 'sms', '--reason', 'tin nhan tang bat thuong'];
  t.like(await tnid(...stop), { code: 0, out: 'sms is now stopped\n' });
  t.like(await tnid(...stop), { code: 0, out: 'sms was already stopped\n' });
  t.regex((await tnid('list')).out, /sms +\d{4}-.*tin nhan tang bat thuong/);
  t.like(await tnid('start', '--channel', 'sms', '--reason', 'da xu ly'), {
    code: 0,
    out: 'sms is now started\n',
  });
  const db = openDatabase(environment['TNID_DATABASE_URL'] ?? '', { maxConnections: 2 });
  const events = await db.rows<{ kind: string }>(
    sql`select kind from access_event where kind like 'channel.%'`,
  );
  await db.close();
  t.deepEqual(events.map(({ kind }) => kind).toSorted(), ['channel.started', 'channel.stopped']);
});

test.serial('without a reason or with another channel nothing happens', async (t) => {
  t.is((await tnid('stop', '--channel', 'sms')).code, 2);
  t.is((await tnid('stop', '--channel', 'pigeon', '--reason', 'khong co')).code, 2);
  t.is((await tnid('stop', '--channel', 'zns', '--reason', ' ')).code, 1);
});
