import test from 'ava';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, sql } from '../../database.ts';
import { clientKey } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { DOSSIERS } from '../support/rp.ts';

test('service add --kind hotline registers who may trade the messages of one service’s citizens', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-hotline-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const { url } = await useDatabase();
  const env = { PATH: process.env['PATH'], TNID_DATABASE_URL: url, TNID_KEK: randomBytes(32).toString('base64url'), TNID_ISSUER: 'https://id.test' }; // prettier-ignore
  const add = (...words: string[]) =>
    new Promise<{ code: number; err: string }>((resolve) => {
      execFile('bin/tnid', ['service', 'add', 'nhan-tin-1022', '--kind', 'hotline', '--name', 'Tổng đài 1022', ...words], { env }, (error, _out, err) => {
        resolve({ code: error === null ? 0 : 1, err });
      }); // prettier-ignore
    });
  const jwks = join(folder, 'public.json');
  await writeFile(jwks, JSON.stringify({ keys: [(await clientKey()).publicJwk] }));
  t.regex((await add('--service', 'hoso')).err, /--jwks/);
  t.regex((await add('--jwks', jwks)).err, /--service/);
  t.regex((await add('--jwks', jwks, '--service', 'khongco')).err, /--service/);
  t.regex((await add('--jwks', jwks, '--service', 'hoso', '--scope', 'svc:hoso:xem')).err, /--scope/);
  t.is((await add('--jwks', jwks, '--service', 'hoso')).code, 0);

  const db = openDatabase(url, { maxConnections: 1 });
  t.teardown(() => db.close());
  const row = await db.row<{ kind: string; class: string; service_id: string; metadata: object }>(
    sql`select kind, class, service_id, metadata from oidc_client where client_id = 'nhan-tin-1022'`,
  );
  t.like(row, { kind: 'hotline', class: 'first_party', service_id: DOSSIERS });
  t.like(row?.metadata, {
    grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
    token_endpoint_auth_method: 'private_key_jwt',
  });
  await t.throwsAsync(db.run(sql`update oidc_client set service_id = null where client_id = 'nhan-tin-1022'`), undefined, 'a hotline for everybody'); // prettier-ignore
});
