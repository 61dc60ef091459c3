import test from 'ava';
import { randomUUID } from 'node:crypto';
import { createBudgets } from '../../codes/budgets.ts';
import { switchChannel } from '../../codes/channel-switch.ts';
import { deliverDue, enqueueMessage } from '../../codes/outbox.ts';
import { sql } from '../../database.ts';
import { NOW, ORIGIN, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { codesOf, newStep } from './codes.ts';

// Protocol design 9: more than 30 sends in 15 minutes, fewer than 20 % verified = block; and the kill switch.

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());
test.beforeEach(async () => {
  await house.db.run(sql`delete from otp`);
  await house.db.run(sql`delete from channel_switch`);
});

type Past = {
  sends: number;
  verified: number;
  prefix?: string;
  network?: string;
  at?: Date;
  sentOut?: boolean;
};
/** Codes that went out before. */
async function past({ sends, verified, prefix, network, at = NOW, sentOut = true }: Past) {
  const { accountId } = await newStep(house);
  await house.db.run(sql`
    with tx as (
      insert into authn_tx (id, kind, interaction_key, client_id, account_id, want_level, scopes, display_code, state, created_at, expires_at)
      select gen_random_uuid(), 'web', sha256(gen_random_uuid()::text::bytea), 'portal', ${accountId}, 2, '{}', 'TN-10', 'otp', ${at}, ${at}
      from generate_series(1, ${sends}::int) returning id),
    numbered as (select id, row_number() over () as n from tx)
    insert into otp (id, transaction_id, account_id, purpose, phone_key, phone_sealed, channel, code_mac, key_id, max_attempts, send_number,
      resend_after, created_at, expires_at, consumed_at, superseded_at, prefix_key, network_key, message_id)
    select gen_random_uuid(), id, ${accountId}, 'level2', '', '', 'sms', sha256(''), 'k', 5, 1,
      ${at}, ${at}, ${at}, case when n <= ${verified} then ${at}::timestamptz end, ${at}, coalesce(${prefix}, n::text), coalesce(${network}, n::text),
      case when ${sentOut} then gen_random_uuid() end
    from numbered`);
}
const budgets = () => createBudgets(house.db, { channelPerHour: 100_000 });
const facts = (more: object = {}) => {
  const id = randomUUID();
  return {
    addressKey: id,
    networkKey: id,
    accountId: id,
    prefix: id,
    phoneKey: id,
    channel: 'sms' as const,
    ...more,
  };
};
const ask = (more: object = {}, now = NOW) => budgets().chargeSend(facts(more), now);

const shares: readonly [sends: number, verified: number, blocked: boolean][] = [
  [30, 0, false],
  [31, 0, true],
  [31, 6, true],
  [31, 7, false],
  [40, 8, false],
  [40, 7, true],
];
for (const [sends, verified, blocked] of shares)
  test.serial(
    `${sends} sends of which ${verified} were verified: ${blocked ? 'blocked' : 'not blocked'}`,
    async (t) => {
      await past({ sends, verified, prefix: 'swept' });
      t.is((await ask({ prefix: 'swept', knownDevice: true })).outcome, blocked ? 'used_up' : 'charged');
    },
  );

test.serial('a network that pumps is blocked, another is not', async (t) => {
  await past({ sends: 35, verified: 1, network: 'bad' });
  await past({ sends: 20, verified: 20 });
  t.like(await ask({ networkKey: 'bad' }), { budget: 'pumping-network', retryAfterSeconds: 900 });
  t.is((await ask({ networkKey: 'good' })).outcome, 'charged');
});

test.serial(
  'a channel that is pumped from everywhere is blocked for strangers, not for known devices',
  async (t) => {
    await past({ sends: 60, verified: 3 });
    t.like(await ask(), { budget: 'pumping-channel' });
    t.is((await ask({ knownDevice: true })).outcome, 'charged');
    t.is((await ask({ channel: 'zns' })).outcome, 'charged');
  },
);

test.serial('it ends a quarter of an hour later, and what was held back does not prolong it', async (t) => {
  await past({ sends: 60, verified: 3 });
  await past({ sends: 100, verified: 0, at: after(600), sentOut: false });
  t.is((await ask({}, after(899))).outcome, 'used_up');
  t.is((await ask({}, after(900))).outcome, 'charged');
});

test.serial('a stopped channel makes no code, and says so like a budget', async (t) => {
  const reason = 'tin nhan bat thuong';
  t.true(
    await switchChannel({ db: house.db, origin: ORIGIN }, { channel: 'sms', to: 'stopped', reason }, NOW),
  );
  t.false(
    await switchChannel({ db: house.db, origin: ORIGIN }, { channel: 'sms', to: 'stopped', reason }, NOW),
  );
  t.like(await ask(), { outcome: 'used_up', budget: 'channel-stopped' });
  t.is((await ask({ channel: 'zns' })).outcome, 'charged', 'the other one goes on');
  const codes = codesOf(house);
  const step = await newStep(house);
  t.deepEqual(await codes.send(step), { outcome: 'held_back', budget: 'channel-stopped' });
  await t.throwsAsync(codes.text(step));
  t.true(
    await switchChannel({ db: house.db, origin: ORIGIN }, { channel: 'sms', to: 'started', reason }, NOW),
  );
  t.is((await ask()).outcome, 'charged');
  const events = await house.db.rows<{ kind: string }>(sql`select kind from access_event where kind like 'channel.%'`); // prettier-ignore
  t.deepEqual(events.map(({ kind }) => kind).toSorted(), ['channel.started', 'channel.stopped']);
});

test.serial('what waits when a channel is stopped is not sent either; a notice goes out later, a code is given up', async (t) => {
  const sent: string[] = [];
  const gateways = { sms: { send: async ({ text }: { text: string }) => { sent.push(text); return { outcome: 'accepted' as const, messageId: '1' }; } } };
  const queue = (text: string, seconds: number) => enqueueMessage(house.db, house.vault, { to: '+84912345678', text, giveUpAt: after(seconds) }, NOW);
  await queue('ma', 300);
  await queue('thong bao', 86_400);
  await switchChannel({ db: house.db, origin: ORIGIN }, { channel: 'sms', to: 'stopped', reason: 'thu phanh' }, NOW);
  t.is(await deliverDue(house.db, house.vault, gateways, after(1)), 0);
  t.is(await deliverDue(house.db, house.vault, gateways, after(301)), 1, 'given up');
  await switchChannel({ db: house.db, origin: ORIGIN }, { channel: 'sms', to: 'started', reason: 'het su co' }, after(400));
  await deliverDue(house.db, house.vault, gateways, after(401));
  t.deepEqual(sent, ['thong bao']);
}); // prettier-ignore

test.serial('of twenty operators who stop a channel at once one has stopped it', async (t) => {
  const stop = (db: Domain['db']) => switchChannel({ db, origin: ORIGIN }, { channel: 'zns', to: 'stopped', reason: 'cung luc' }, NOW); // prettier-ignore
  const done = await times(20, (i) => stop(i % 2 === 0 ? house.db : house.second));
  t.is(done.filter(Boolean).length, 1);
});
