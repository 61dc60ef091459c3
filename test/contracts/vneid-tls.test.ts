// V2: a certificate nobody vouches for stops the sign-on, and no environment variable changes that.

import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:https';
import { createServer as createSilentServer } from 'node:net';
import test from 'ava';
import { createVneidSignOn } from '../../adapters/vneid/sign-on.ts';
import { Refusal } from '../../errors.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let asked = 0;
const upstream = createServer(
  { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert: selfSigned(privateKey, publicKey) },
  (_, response) => {
    asked++;
    response.end('{}');
  },
);
await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
test.after.always(() => upstream.close());

test.serial('V2: a self-signed upstream fails, and never sees the code', async (t) => {
  const error = await t.throwsAsync(identify(), { instanceOf: Refusal });
  t.is(error.kind, 'unavailable');
  t.is(error.reason, 'vneid_tls');
  t.is(asked, 0);
});

test.serial('V2: NODE_TLS_REJECT_UNAUTHORIZED=0 does not switch the check off', async (t) => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  t.teardown(() => {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  });
  // The variable works on whoever does not insist, so this test would notice if it stopped working.
  t.is((await fetch(upstreamUrl())).status, 200);
  asked = 0;
  const error = await t.throwsAsync(identify(), { instanceOf: Refusal });
  t.is(error.reason, 'vneid_tls');
  t.is(asked, 0);
});

test.serial(
  'V14: a machine that takes the connection and says nothing is given up after the connect time',
  async (t) => {
    const silent = createSilentServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    t.teardown(() => silent.close());
    const address = silent.address();
    const url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const error = await t.throwsAsync(identify(url, { connectTimeoutMs: 200, readTimeoutMs: 100_000 }), {
      instanceOf: Refusal,
    });
    t.is(error.reason, 'vneid_timeout');
  },
);

function identify(url = upstreamUrl(), limits: { connectTimeoutMs?: number; readTimeoutMs?: number } = {}) {
  const vneid = createVneidSignOn({
    issuer: url,
    authorizationUrl: `${url}/oauth2/authorize`,
    tokenUrl: `${url}/oauth2/token`,
    userinfoUrl: `${url}/oauth2/userinfo`,
    jwksUrl: `${url}/oauth2/jwks`,
    clientId: 'tnid',
    clientAuth: { method: 'client_secret_basic', secret: 'x' },
    redirectUri: 'http://127.0.0.1:9/callback',
    ...limits,
  });
  return vneid.identify({ code: 'code', codeVerifier: 'verifier', nonce: 'nonce' });
}

function upstreamUrl(): string {
  const address = upstream.address();
  return `https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

// Node makes keys but no certificates; this is the smallest X.509 there is (RFC 5280 section 4.1), so
// that no key lies in the repository and no openssl is needed. "CN=TEST ONLY", ecdsa-with-SHA256.
function selfSigned(key: KeyObject, spki: KeyObject): string {
  const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const commonName = der(0x30, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('TEST ONLY')));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(
    0x30,
    der(0x17, Buffer.from('200101000000Z')),
    der(0x17, Buffer.from('491231235959Z')),
  );
  const toBeSigned = der(
    0x30,
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    spki.export({ type: 'spki', format: 'der' }),
  );
  const signature = createSign('sha256').update(toBeSigned).sign(key);
  const certificate = der(0x30, toBeSigned, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
