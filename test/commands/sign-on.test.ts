import test from 'ava';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, sql } from '../../database.ts';
import { clientKey } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';

test('service add --kind sign-on registers a web server that may ask who signs in, and no more', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tnid-sign-on-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const { url } = await useDatabase();
  const env = { PATH: process.env['PATH'], TNID_DATABASE_URL: url, TNID_KEK: randomBytes(32).toString('base64url'), TNID_ISSUER: 'https://id.test' }; // prettier-ignore
  const add = (...words: string[]) =>
    new Promise<{ code: number; err: string }>((resolve) => {
      execFile('bin/tnid', ['service', 'add', 'may-chu', '--kind', 'sign-on', '--name', 'Máy chủ', ...words], { env }, (error, _out, err) => {
        resolve({ code: error === null ? 0 : 1, err });
      }); // prettier-ignore
    });
  const jwks = join(folder, 'public.json');
  await writeFile(jwks, JSON.stringify({ keys: [(await clientKey()).publicJwk] }));
  const address = ['--redirect-uri', 'https://web.test/tayninh-id'];
  t.regex((await add(...address)).err, /--jwks/);
  t.is((await add('--jwks', jwks, ...address, '--backchannel-logout-uri', 'https://web.test/tayninh-id?logout=backchannel')).code, 0); // prettier-ignore

  const db = openDatabase(url, { maxConnections: 1 });
  t.teardown(() => db.close());
  const row = await db.row<{ kind: string; class: string; metadata: object }>(
    sql`select kind, class, metadata from oidc_client where client_id = 'may-chu'`,
  );
  t.like(row, { kind: 'sign-on', class: 'sign_on' });
  t.like(row?.metadata, {
    scope: 'openid tn.level',
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'private_key_jwt',
    redirect_uris: ['https://web.test/tayninh-id'],
    backchannel_logout_uri: 'https://web.test/tayninh-id?logout=backchannel',
  });
  await t.throwsAsync(db.run(sql`update oidc_client set class = 'gov_portal' where client_id = 'may-chu'`), undefined, 'the table keeps kind and class together'); // prettier-ignore
});
