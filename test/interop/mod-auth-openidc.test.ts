import test from 'ava';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK } from 'jose';
import { freePort, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { missingApache, startApache } from './apache.ts';
import { signOnClient } from './sign-on-clients.ts';

const kind = process.env['KEYKIND'] ?? 'EC';
test('experiment', async (t) => {
  t.is(await missingApache(), undefined);
  const house = await startHouse((await useDatabase()).url);
  t.teardown(() => house.stop());
  const port = await freePort();
  const { privateKey, publicKey } =
    kind === 'EC'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const redirectUri = `http://localhost:${port}/oidc/ve`;
  await house.addClient(
    signOnClient({
      clientId: 'may-chu',
      redirectUri,
      publicJwk: { ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig' },
    }),
  );
  const apache = await startApache(
    port,
    ({ folder, application }) => `
OIDCProviderMetadataURL ${house.issuer}/.well-known/openid-configuration
OIDCClientID may-chu
OIDCProviderTokenEndpointAuth private_key_jwt
OIDCPublicKeyFiles k1#${folder}/public.pem
OIDCPrivateKeyFiles k1#${folder}/private.pem
OIDCRedirectURI ${redirectUri}
OIDCCryptoPassphrase ${randomBytes(16).toString('hex')}
OIDCScope "openid tn.level"
OIDCPKCEMethod S256
<Location />
  AuthType openid-connect
  Require valid-user
  ProxyPass ${application}/
</Location>
`,
    {
      'public.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'private.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
  );
  t.teardown(() => apache.stop());
  const { meet } = await import('../support/visitor.ts');
  const visitor = await meet(house);
  const { openBrowser } = await import('../../sandbox/citizen/browser.ts');
  const { walk } = await import('../../sandbox/citizen/sign-in.ts');
  const browser = openBrowser();
  try {
    await walk(browser, new URL(`${apache.url}/trang`), visitor.person, { sms: house.sms.url });
  } catch (e) {
    t.log(String(e));
  }
  t.log(browser.page().document.toString().slice(0, 2000));
  t.log(apache.log());
  t.log(house.logged.filter((l) => /refused|error/.test(l)).join('\n'));
});
