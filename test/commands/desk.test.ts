import test from 'ava';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, sql } from '../../database.ts';
import { clientKey } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';

test('service add --kind desk registers what operators may ask for by telephone, and nothing that may not be', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-desk-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const { url } = await useDatabase();
  const env = { PATH: process.env['PATH'], TNID_DATABASE_URL: url, TNID_KEK: randomBytes(32).toString('base64url'), TNID_ISSUER: 'https://id.test' }; // prettier-ignore
  const add = (...words: string[]) =>
    new Promise<{ code: number; err: string }>((resolve) => {
      execFile('bin/tnid', ['service', 'add', 'tong-dai-1022', '--kind', 'desk', '--name', 'Tổng đài 1022', ...words], { env }, (error, _out, err) => {
        resolve({ code: error === null ? 0 : 1, err });
      }); // prettier-ignore
    });
  const jwks = join(folder, 'public.json');
  await writeFile(jwks, JSON.stringify({ keys: [(await clientKey()).publicJwk] }));
  t.regex((await add('--scope', 'svc:hoso:xem')).err, /--jwks/);
  t.regex((await add('--jwks', jwks)).err, /--scope/);
  t.regex((await add('--jwks', jwks, '--scope', 'svc:hoso:nop')).err, /not given over the telephone/);
  t.regex((await add('--jwks', jwks, '--scope', 'svc:khong:co')).err, /no scope/);
  t.regex((await add('--jwks', jwks, '--scope', 'svc:hoso:xem', '--service', 'hoso')).err, /--service/);
  t.is((await add('--jwks', jwks, '--scope', 'svc:hoso:xem', '--scope', 'svc:phananh:gui')).code, 0);

  const db = openDatabase(url, { maxConnections: 1 });
  t.teardown(() => db.close());
  const row = await db.row<{ kind: string; class: string; metadata: object }>(
    sql`select kind, class, metadata from oidc_client where client_id = 'tong-dai-1022'`,
  );
  t.like(row, { kind: 'desk', class: 'gov_portal' });
  t.like(row?.metadata, {
    grant_types: ['urn:openid:params:grant-type:ciba'],
    backchannel_token_delivery_mode: 'poll',
    desk_scopes: ['svc:hoso:xem', 'svc:phananh:gui'],
  });
  await t.throwsAsync(db.run(sql`update oidc_client set metadata = metadata - 'desk_scopes' where client_id = 'tong-dai-1022'`), undefined, 'a desk that may ask for nothing in particular'); // prettier-ignore
});
