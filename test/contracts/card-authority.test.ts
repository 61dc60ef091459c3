// The client of the card authority against the simulated one, and what that one makes of cards.

import { inspect } from 'node:util';
import test from 'ava';
import { createCardAuthority, type CardAuthorityConfig } from '../../adapters/card-authority/authority.ts';
import type { CardFiles } from '../../assurance/card-authority.ts';
import { startCardAuthority, type CardAuthorityKnobs } from '../../sandbox/card-authority/server.ts';

const apiKey = 'sandbox-card-key';
const AN = { personalNumber: '999190000011', name: 'Nguyễn Thị Minh An', birthdate: '19900615' };
const requestId = '01980000-0000-7000-8000-000000000001';

type Trouble = Parameters<NonNullable<CardAuthorityConfig['onAnswer']>>[0];
async function start(
  t: { teardown(fn: () => Promise<void>): void },
  knobs: Partial<CardAuthorityKnobs> = {},
  config: Partial<CardAuthorityConfig> = {},
) {
  const twin = await startCardAuthority({ apiKey, knobs });
  t.teardown(() => twin.close());
  const card = twin.issue(AN);
  const files: CardFiles = { ...card.groups, sod: card.sod, com: card.com };
  const troubles: Trouble[] = [];
  const authority = createCardAuthority({ url: twin.url, apiKey, clock: () => new Date(), timeoutMs: 10_000, onAnswer: (trouble) => void troubles.push(trouble), ...config }); // prettier-ignore
  return { twin, card, files, troubles, authority };
}

test('a card in force is valid, and who checked it and when is told', async (t) => {
  const { authority, files, troubles } = await start(t);
  const answer = await authority.check({ files, requestId });
  t.like(answer, { status: 'valid', organisation: 'RAR (mô phỏng)', holderChecked: true });
  t.regex(answer.checkId, /^[0-9a-f-]{36}$/);
  t.true(Math.abs(answer.time.getTime() - Date.now()) < 10_000);
  t.deepEqual(troubles, [undefined]);
});

test('a card revoked, replaced, of a stranger, with another face or of another holder is invalid', async (t) => {
  const { authority, files, twin, card } = await start(t);
  const status = async (changed: Partial<CardFiles> = {}) =>
    (await authority.check({ files: { ...files, ...changed }, requestId })).status;
  t.is(await status({ dg2: Buffer.from('7500', 'hex') }), 'invalid');
  t.is(await status({ sod: Buffer.from('7700', 'hex') }), 'invalid');
  twin.setKnobs({ holder: 'other_person' });
  t.is(await status(), 'invalid');
  twin.setKnobs({ holder: 'not_checked' });
  t.is((await authority.check({ files, requestId })).holderChecked, false);
  twin.setKnobs({ revoked: [AN.personalNumber] });
  t.is(await status(), 'invalid');
  twin.resetKnobs();
  t.is(await status(), 'valid');
  twin.issue(AN);
  t.is(await status({ sod: card.sod }), 'invalid');
});

test('our key, our right and our quota are refusals, and an alarm', async (t) => {
  const { twin, files, authority, troubles } = await start(t);
  for (const refuse of [401, 403, 429] as const) {
    twin.setKnobs({ refuse });
    t.is((await authority.check({ files, requestId })).status, 'refused');
  }
  twin.setKnobs({ refuse: 'none', answer: 'refused' });
  t.is((await authority.check({ files, requestId })).status, 'refused');
  const stranger = createCardAuthority({ url: twin.url, apiKey: 'wrong', clock: () => new Date() });
  t.is((await stranger.check({ files, requestId })).status, 'refused');
  t.deepEqual(
    troubles,
    Array.from({ length: 4 }, () => ({ reason: 'refused', alarm: true })),
  );
});

const outages: readonly [Partial<CardAuthorityKnobs>, string][] = [
  [{ fault: 'hang' }, 'timeout'],
  [{ delayMs: 2_000 }, 'timeout'],
  [{ fault: 'reset' }, 'network'],
  [{ fault: 'truncate' }, 'network'],
  [{ fault: 'http500' }, 'status'],
  [{ fault: 'http503' }, 'status'],
  [{ fault: 'redirect' }, 'status'],
  [{ fault: 'garbage' }, 'bad_answer'],
  [{ fault: 'huge' }, 'too_large'],
  [{ requestId: 'other' }, 'bad_answer'],
  [{ clockMinutes: -30 }, 'bad_answer'],
  [{ clockMinutes: 30 }, 'bad_answer'],
];
for (const [knobs, reason] of outages) {
  test(`${JSON.stringify(knobs)}: unavailable (${reason}), and nothing of the card in what is told`, async (t) => {
    const { authority, files, troubles } = await start(
      t,
      knobs,
      reason === 'timeout' ? { timeoutMs: 300 } : {},
    );
    const answer = await authority.check({ files, requestId });
    t.is(answer.status, 'unavailable');
    t.deepEqual<unknown, unknown>(troubles, [{ reason, alarm: false }]);
    const told = inspect({ answer, troubles }, { depth: Infinity });
    for (const hidden of [AN.personalNumber, apiKey, files.sod.toString('base64').slice(0, 40)])
      t.false(told.includes(hidden));
  });
}

test('nothing listening is unavailable', async (t) => {
  const { files, authority } = await start(t, {}, { url: 'http://127.0.0.1:1' });
  t.is((await authority.check({ files, requestId })).status, 'unavailable');
});

test('the people of the sandbox can take the data of their cards, with a new challenge each time', async (t) => {
  const { twin } = await start(t);
  const page = await (await fetch(twin.url)).text();
  t.true(page.includes(`/cards/${AN.personalNumber}.json`));
  const read = async () =>
    (await fetch(`${twin.url}/cards/${AN.personalNumber}.json`)).json() as Promise<Record<string, string>>; // what the twin sends
  const [one, other] = [await read(), await read()];
  t.is(one['sod'], other['sod']);
  t.not(one['challenge'], other['challenge']);
  for (const path of ['/cards/072190000011.json', '/cards/999190000029.json', '/cards/..%2f', '/x'])
    t.is((await fetch(twin.url + path)).status, 404, path);
});
