import test from 'ava';
import { createSmsGateway } from '../../adapters/sms/gateway.ts';
import { deliverDue, enqueueMessage } from '../../codes/outbox.ts';
import type { SmsGateway } from '../../codes/message-gateway.ts';
import { sql } from '../../database.ts';
import { startSms } from '../../sandbox/sms/server.ts';
import type { SmsTwin } from '../../sandbox/sms/server.ts';
import { NOW, after, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
let sms: SmsTwin;
let gateway: SmsGateway;
test.before(async () => {
  house = await openDomain();
  sms = await startSms({ apiKey: 'test-key' });
  gateway = createSmsGateway({ url: sms.url, apiKey: 'test-key', brandName: 'TAYNINH', timeoutMs: 500 });
});
test.beforeEach(() => sms.setKnobs({ outage: 'none', outageAfterAccepting: 'none', reject: 'none' }));
test.after.always(async () => {
  await Promise.all([house.close(), sms.close()]);
});

let count = 0;
async function queue(giveUpAt = after(300), db = house.db) {
  const to = `+84912345${String((count += 1)).padStart(3, '0')}`;
  await enqueueMessage(db, house.vault, { to, text: `123456 tin nhan ${count}`, giveUpAt }, NOW);
  return to;
}
const deliver = (now = NOW, db = house.db) => deliverDue(db, house.vault, { sms: gateway }, now);
const got = (to: string) => sms.inbox(to).length;
type Row = {
  outcome: string | null;
  tries: number;
  next: Date;
  to: Buffer | null;
  text: Buffer | null;
  upstream: string | null;
};
const newest = () =>
  house.db.row<Row>(sql`
    select outcome, tries, next_try_at as next, to_sealed as to, text_sealed as text, upstream_id as upstream
    from message_outbox order by created_at desc, id desc limit 1`);
const clear = () => house.db.run(sql`delete from message_outbox`);
test.beforeEach(clear);

test.serial('a message goes out once and its content goes with it', async (t) => {
  const to = await queue();
  t.is(await deliver(), 1);
  t.is(await deliver(after(3600)), 0);
  t.is(got(to), 1);
  const row = await newest();
  t.like(row, { outcome: 'accepted', to: null, text: null });
  t.truthy(row?.upstream);
});

test.serial('eight workers of two brokers at once send each of thirty messages once', async (t) => {
  const phones = await times(30, () => queue());
  while ((await times(8, (i) => deliver(NOW, i % 2 === 0 ? house.db : house.second))).some((taken) => taken > 0)) { /* until nothing is due */ } // prettier-ignore
  t.deepEqual(
    phones.map(got),
    phones.map(() => 1),
  );
});

test.serial('a message of a transaction that rolled back is never sent', async (t) => {
  let to = '';
  await t.throwsAsync(
    house.db.transaction(async () => {
      to = await queue();
      throw new Error('later');
    }),
  );
  t.is(await deliver(), 0);
  t.is(got(to), 0);
});

test.serial('an outage delays a message, with growing waits, and it arrives once', async (t) => {
  const to = await queue();
  sms.setKnobs({ outage: 'http503' });
  let now = NOW;
  for (const wait of [2, 5, 15]) {
    t.is(await deliver(now), 1);
    const row = await newest();
    t.deepEqual(row?.next, after(wait, now));
    t.is(await deliver(after(wait - 1, now)), 0, 'not before its time');
    now = after(wait, now);
  }
  sms.setKnobs({ outage: 'none' });
  t.is(await deliver(now), 1);
  t.is(got(to), 1);
  t.is((await newest())?.outcome, 'accepted');
});

test.serial(
  'a gateway that took the message and lost the answer is asked again, and the phone rings once',
  async (t) => {
    const to = await queue();
    sms.setKnobs({ outageAfterAccepting: 'reset' });
    await deliver();
    sms.setKnobs({ outageAfterAccepting: 'none' });
    await deliver(after(10));
    t.is(got(to), 1);
    t.is((await newest())?.outcome, 'accepted');
  },
);

test.serial('a worker that died leaves its message to another after thirty seconds', async (t) => {
  const to = await queue();
  const dying: SmsGateway = { send: () => Promise.reject(new Error('the process died here')) };
  await t.throwsAsync(deliverDue(house.db, house.vault, { sms: dying }, NOW));
  t.is(await deliver(after(29)), 0);
  t.is(await deliver(after(30)), 1);
  t.is(got(to), 1);
});

test.serial('a code that would come too late is given up and erased', async (t) => {
  const to = await queue(after(60));
  sms.setKnobs({ outage: 'hang' });
  await deliver();
  sms.setKnobs({ outage: 'none' });
  await deliver(after(60));
  t.is(got(to), 0);
  t.like(await newest(), { outcome: 'too_late', to: null, text: null });
});

test.serial('a rejected message is not tried again, and says why', async (t) => {
  await queue();
  sms.setKnobs({ reject: 'blocked_number' });
  await deliver();
  t.like(await newest(), { outcome: 'rejected:blocked', tries: 1, to: null, text: null });
  t.is(await deliver(after(3600)), 0);
});

test.serial('what waits is sealed', async (t) => {
  const to = await queue();
  const row = await newest();
  for (const value of [row?.to, row?.text]) {
    t.false(value?.includes(to.slice(3)));
    t.false(value?.includes('123456'));
  }
});
