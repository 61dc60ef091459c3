// Authlib, the library of most Python services. Debian's version knows neither PAR nor DPoP, so it
// is a sign-on client.

import test from 'ava';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { clientKey, startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { REDIRECT } from '../support/rp.ts';
import { meet } from '../support/visitor.ts';
import { signOnClient } from './sign-on-clients.ts';

const python = '/usr/bin/python3';
const script = new URL('./authlib-client.py', import.meta.url).pathname;
const installed = await promisify(execFile)(python, ['-c', 'import authlib']).then(
  () => true,
  () => false,
);
const withAuthlib = installed ? test : test.skip;
const because = installed ? '' : ' (python3-authlib is not installed)';

let house: TestHouse;
test.before(async () => {
  if (installed) house = await startHouse((await useDatabase()).url);
});
test.after.always(() => house?.stop());

/** `audience`: what its assertions name; Authlib's own choice is the token endpoint. */
async function authlib(t: ExecutionContext, clientId: string, audience?: string) {
  const { privateJwk, publicJwk } = await clientKey();
  await house.addClient(signOnClient({ clientId, redirectUri: REDIRECT, publicJwk }));
  const setup = { issuer: house.issuer, client_id: clientId, private_jwk: privateJwk, redirect_uri: REDIRECT, audience }; // prettier-ignore
  const child = spawn(python, [script, JSON.stringify(setup)], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill());
  const lines = createInterface(child.stdout);
  return async (task: object): Promise<{ answer?: unknown; refused?: string }> => {
    const line = once(lines, 'line');
    child.stdin.write(`${JSON.stringify(task)}\n`);
    return JSON.parse(String((await line)[0])) as { answer?: unknown; refused?: string }; // what the script prints
  };
}

type Arrived = {
  claims: Record<string, unknown>;
  userinfo: Record<string, unknown>;
  token: Record<string, unknown>;
};

withAuthlib(`Authlib signs in, asks UserInfo and steps up${because}`, async (t) => {
  const ask = await authlib(t, 'authlib');
  const visitor = await meet(house);
  const signIn = async (parameters: object) => {
    const { answer: url } = await ask({ depart: parameters });
    const { callback, steps } = await visitor.go({ url: String(url) });
    const { answer, refused } = await ask({ arrive: callback.href });
    t.is(refused, undefined);
    return { ...(answer as Arrived), steps }; // what arrive() of the script returns
  };
  const first = await signIn({});
  t.is(first.claims['acr'], `${house.config.TNID_ACR_BASE}1`);
  t.is(first.userinfo['sub'], first.claims['sub']);
  t.is(first.userinfo['tnid_level'], 1);
  t.is(first.token['token_type'], 'Bearer');
  t.is(first.token['expires_in'], 60);
  t.false('refresh_token' in first.token);

  const high = await signIn({ acr_values: `${house.config.TNID_ACR_BASE}2`, max_age: '300' });
  t.true(high.steps.includes('vneid'));
  t.is(high.claims['acr'], `${house.config.TNID_ACR_BASE}2`);
  t.is(high.userinfo['tnid_level'], 2);
  t.is(high.claims['sub'], first.claims['sub']);
});

withAuthlib(
  `an answer with another state is refused by Authlib, a code shown twice by us${because}`,
  async (t) => {
    const ask = await authlib(t, 'authlib-2', house.issuer);
    const visitor = await meet(house);
    const { answer: url } = await ask({ depart: {} });
    const { callback } = await visitor.go({ url: String(url) });
    const forged = new URL(callback);
    forged.searchParams.set('state', 'khac');
    t.regex((await ask({ arrive: forged.href })).refused ?? '', /^MismatchingStateException/);
    t.is((await ask({ arrive: callback.href })).refused, undefined, 'an assertion that names the issuer');
    t.regex((await ask({ arrive: callback.href })).refused ?? '', /invalid_grant/);
  },
);
