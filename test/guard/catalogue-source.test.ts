// The catalogue as a service fetches it (protocol §11).

import test from 'ava';
import { signCatalogue, signerFromJwk } from '../../catalogue/sign.ts';
import { createKeyPair } from './issuer.ts';
import { cataloguePath, setUp } from './setting.ts';

const minutes = 60_000;
const hours = 3_600_000;

test('a catalogue that is not signed by the broker as a catalogue is refused', async (t) => {
  const { start, ask, issuer, app } = await setUp(t);
  const thief = await createKeyPair('2026-11-a');
  const now = new Date();
  const forged = await signCatalogue(issuer.catalogue, {
    issuer: issuer.url,
    now,
    sign: signerFromJwk(thief.privateJwk),
  });
  const foreign = await signCatalogue(issuer.catalogue, {
    issuer: 'https://id.example',
    now,
    sign: signerFromJwk(issuer.key.privateJwk),
  });
  for (const raw of [forged.jws, foreign.jws, await app.token(), issuer.catalogue.canonical, '']) {
    issuer.overrides.set(cataloguePath, () => ({ raw }));
    t.is(await ask(await start()), '503');
  }
});

test('a catalogue is kept when the broker does not answer, and never exchanged for an older one', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  const guard = await start({ sources: { watermarks: () => ({ as_of: 9_999_999_999, entries: [] }) } });
  t.is(await ask(guard), 'allowed');
  issuer.overrides.set(cataloguePath, () => ({ status: 500 }));
  clock.shiftMs = 2 * hours;
  t.is(await ask(guard), 'allowed');
  const older = {
    ...issuer.catalogue,
    version: 'cat-2020-01-01#0000',
    content: { services: [], actions: [], purposes: [] },
  };
  const { jws } = await signCatalogue(older, {
    issuer: issuer.url,
    now: new Date(0),
    sign: signerFromJwk(issuer.key.privateJwk),
  });
  issuer.overrides.set(cataloguePath, () => ({ raw: jws }));
  clock.shiftMs = 4 * hours;
  t.is(await ask(guard), 'allowed');
});

test('an action with a rule this guard does not know is denied, not loosened', async (t) => {
  const { start, ask, issuer } = await setUp(t);
  const { content } = issuer.catalogue;
  const actions = content.actions.map((action) => ({
    ...action,
    require: { ...action.require, household: 'head' },
  }));
  const newer = { ...issuer.catalogue, content: { ...content, actions } };
  const { jws } = await signCatalogue(newer, {
    issuer: issuer.url,
    now: new Date(),
    sign: signerFromJwk(issuer.key.privateJwk),
  });
  issuer.overrides.set(cataloguePath, () => ({ raw: jws }));
  t.is(await ask(await start()), '403');
});

test('an unchanged catalogue is not sent again', async (t) => {
  const { start, ask, issuer, clock } = await setUp(t);
  const guard = await start({ sources: { watermarks: () => ({ as_of: 9_999_999_999, entries: [] }) } });
  clock.shiftMs = 2 * minutes;
  t.is(await ask(guard), 'allowed');
  const asked = issuer.requests.filter(({ path }) => path === cataloguePath);
  t.is(asked.length, 2);
  t.truthy(asked[1]?.headers['if-none-match']);
});
