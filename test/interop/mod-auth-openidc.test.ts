// mod_auth_openidc before an application, as thousands of web servers have it. Debian's version
// knows neither PAR nor DPoP and signs assertions with RSA only, so it is a sign-on client.

import test from 'ava';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { exportJWK } from 'jose';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { walk } from '../../sandbox/citizen/sign-in.ts';
import { wordsOf } from '../../views/words/words.ts';
import { freePort, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { meet } from '../support/visitor.ts';
import { missingApache, startApache } from './openidc-apache.ts';
import type { Apache } from './openidc-apache.ts';
import { signOnClient } from './sign-on-clients.ts';

const missing = await missingApache();
const withApache = missing === undefined ? test.serial : test.serial.skip;
const because = missing === undefined ? '' : ` (${missing} is not installed)`;
const words = wordsOf('vi').leave;

let house: TestHouse;
let apache: Apache;
test.before(async () => {
  if (missing !== undefined) return;
  const port = await freePort();
  // The web server is told of log-outs, and it stands on this machine.
  const environment = { TNID_INTRANET_HOSTS: `localhost:${port}` };
  house = await startHouse((await useDatabase()).url, { environment });
  apache = await guardedSite(port);
});
test.after.always(() => Promise.all([apache?.stop(), house?.stop()]));

async function guardedSite(port: number): Promise<Apache> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const redirectUri = `http://localhost:${port}/tayninh-id`;
  await house.addClient(
    signOnClient({
      clientId: 'may-chu-web',
      redirectUri,
      logoutUri: `http://localhost:${port}/trang`,
      backchannelLogoutUri: `${redirectUri}?logout=backchannel`,
      publicJwk: { ...(await exportJWK(publicKey)), kid: 'web-1', use: 'sig' },
    }),
  );
  const acr2 = `${house.config.TNID_ACR_BASE}2`;
  // Node's fetch calls itself `Sec-Fetch-Mode: cors`; the module sends page loads only to the login.
  const site = ({ folder, application }: { folder: string; application: string }) => `
OIDCProviderMetadataURL ${house.issuer}/.well-known/openid-configuration
OIDCClientID may-chu-web
OIDCPublicKeyFiles web-1#${folder}/public.pem
OIDCPrivateKeyFiles web-1#${folder}/private.pem
OIDCProviderTokenEndpointAuth private_key_jwt
OIDCRedirectURI ${redirectUri}
OIDCCryptoPassphrase ${randomBytes(16).toString('hex')}
OIDCScope "openid tn.level"
OIDCPKCEMethod S256
RequestHeader unset Sec-Fetch-Mode early
OIDCPassClaimsAs headers
<Location />
  AuthType openid-connect
  Require valid-user
  ProxyPass ${application}/
</Location>
<Location /muc-2>
  AuthType openid-connect
  OIDCUnAutzAction auth
  OIDCPathAuthRequestParams acr_values=${encodeURIComponent(acr2)}
  Require claim acr:${acr2}
</Location>
`;
  return startApache(port, site, {
    'public.pem': publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'private.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
}

async function visit() {
  const { person } = await meet(house);
  let stop = true;
  const browser = openBrowser({
    stopAt: ({ href }) => stop && href.startsWith(`${apache.url}/tayninh-id?code=`),
  });
  /** Opens a page without expecting a login on the way. */
  const look = async (path: string) => {
    const arrival = await browser.open(`${apache.url}${path}`);
    return arrival.at === 'page' ? arrival.page : undefined;
  };
  /** Opens a page of the site, signs in on the way, and reads what the application was told. */
  const open = async (path: string) => {
    stop = true;
    const page = await look(path);
    // For a step-up the module has no redirect left to send: its page refreshes to the login.
    const refresh = page?.document.querySelector('meta[http-equiv=refresh]')?.getAttribute('content');
    const start = refresh?.replace(/^0; *url=/, '').replaceAll('&amp;', '&') ?? `${apache.url}${path}`;
    const { callback, steps } = await walk(browser, new URL(start), person, { sms: house.sms.url });
    stop = false;
    const arrival = await browser.open(callback);
    return { steps, callback, told: told(arrival.at === 'page' ? arrival.page.title : '{}') };
  };
  return { browser, open, look };
}

const told = (title: string): Readonly<Record<string, unknown>> => ({ ...(JSON.parse(title) as object) });

withApache(`mod_auth_openidc signs a citizen in and tells the application who it is${because}`, async (t) => {
  const { open } = await visit();
  const { steps, callback, told: claims } = await open('/trang');
  t.is(steps[0], 'zalo');
  t.is(callback.searchParams.get('iss'), house.issuer);
  t.like(claims, {
    path: '/trang',
    oidc_claim_iss: house.issuer,
    oidc_claim_aud: 'may-chu-web',
    oidc_claim_acr: `${house.config.TNID_ACR_BASE}1`,
    oidc_claim_tnid_level: '1',
  });
  t.regex(String(claims['oidc_claim_sub']), /^[\w-]{43}$/);
  const lives = Number(claims['oidc_access_token_expires']) - Math.floor(Date.now() / 1000);
  t.true(lives <= 60, 'its access token lives a minute');
});

withApache(`a page of Apache that wants level 2 leads through the step-up${because}`, async (t) => {
  const { open } = await visit();
  const first = await open('/trang');
  const { steps, told: claims } = await open('/muc-2/ho-so');
  t.true(steps.includes('vneid'));
  t.is(claims['path'], '/muc-2/ho-so');
  t.is(claims['oidc_claim_acr'], `${house.config.TNID_ACR_BASE}2`);
  t.is(claims['oidc_claim_sub'], first.told['oidc_claim_sub']);
});

withApache(`leaving at Apache asks at Tây Ninh ID and comes back signed out${because}`, async (t) => {
  const { browser, open, look } = await visit();
  await open('/trang');
  const back = encodeURIComponent(`${apache.url}/trang`);
  t.is((await look(`/tayninh-id?logout=${back}`))?.title, words.confirmTitle);
  await browser.press(words.confirmYes);
  t.true(browser.hasButton(wordsOf('vi').login.button), 'the site asks for a login again');
});

withApache(
  `leaving at Tây Ninh ID ends the session at Apache by back-channel logout${because}`,
  async (t) => {
    const { browser, open, look } = await visit();
    await open('/trang');
    t.regex((await look('/trang'))?.title ?? '', /oidc_claim_sub/);
    await browser.open(`${house.issuer}/session/end`);
    await browser.press(words.confirmYes);
    t.notRegex((await look('/trang'))?.title ?? '', /oidc_claim_sub/);
    t.true(browser.hasButton(wordsOf('vi').login.button));
  },
);
