import test from 'ava';
import { sql } from '../../database.ts';
import { claimsOf, createPortal, createService, DOSSIERS } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { startTwoBrokers } from '../support/two-brokers.ts';
import type { TwoBrokers } from '../support/two-brokers.ts';
import { LEVEL_ONE, LEVEL_TWO, meet, signIn, visitorAs } from '../support/visitor.ts';

let two: TwoBrokers;
let rp: Rp;
test.before(async () => {
  two = await startTwoBrokers();
  rp = await createPortal(two.house, 'cong-thu');
});
test.after.always(() => two?.stop());

test.serial(
  'a person who signs in for the first time at five browsers at once has one account',
  async (t) => {
    const { person } = await meet(two.house);
    const ends = await two.race(5, () => signIn(rp, visitorAs(two.house, person), LEVEL_ONE));
    t.deepEqual(ends.map(({ tokens }) => tokens.status), [200, 200, 200, 200, 200]); // prettier-ignore
    t.is(new Set(ends.map(({ tokens }) => claimsOf(tokens.body['access_token'])['sub'])).size, 1);
    t.is(new Set(ends.map(({ tokens }) => claimsOf(tokens.body['access_token'])['consent_id'])).size, 1);
    const links = await two.house.db.rows(
      sql`select account_id from zalo_link where zalo_id = ${person.zaloId}`,
    );
    t.is(links.length, 1);
    const orphans = await two.house.db.rows(sql`
    select a.id from account a left join zalo_link z on z.account_id = a.id where z.id is null`);
    t.deepEqual(orphans, [], 'nothing half-made stays');
  },
);

test.serial('no token that is issued while a consent is withdrawn outlives it', async (t) => {
  const service = await createService(two.house, 'hoso', DOSSIERS);
  const visitor = await meet(two.house);
  const { tokens } = await signIn(rp, visitor, LEVEL_TWO);
  await visitor.open(`${two.house.issuer}/toi`);
  const links = visitor.browser.page().document.querySelectorAll('a[href^="/toi/dong-y/"]');
  const needed = links.map((link) => link.getAttribute('href') ?? '');
  // Whichever purposes stand: the last withdrawal is the one that ends the action.
  for (const href of needed.slice(0, -1)) {
    await visitor.open(`${two.house.issuer}${href}`);
    await visitor.browser.press('Rút lại đồng ý');
  }
  await visitor.open(`${two.house.issuer}${needed.at(-1)}`);
  t.is((await rp.refresh(tokens)).status, 200);
  const [, ...refreshed] = await Promise.all([
    visitor.browser.press('Rút lại đồng ý'),
    ...Array.from({ length: 20 }, async (_, turn) => {
      await new Promise((resolve) => setTimeout(resolve, turn * 15));
      return rp.refresh(tokens, {}, { at: turn % 2 === 0 ? two.house.issuer : two.second.at });
    }),
  ]);
  t.is((await rp.refresh(tokens)).body['error'], 'invalid_grant');

  const { body } = await service.credentials();
  const feed = await service.withToken('/revocations', String(body['access_token']));
  const entries = feed.body['entries'] as Record<string, unknown>[];
  for (const reply of refreshed) {
    t.true(reply.status === 200 || reply.body['error'] === 'invalid_grant', reply.text);
    if (reply.status !== 200) continue;
    const claims = claimsOf(reply.body['access_token']);
    const entry = entries.find(({ id }) => id === claims['consent_id']);
    t.true(Number(claims['consent_ver']) < Number(entry?.['min_ver']), 'the feed ends it');
  }
});
