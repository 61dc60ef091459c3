import test from 'ava';
import { openDatabase, sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import { startBrokerProcess } from '../support/second-broker.ts';
import { LEVEL_ONE, meet, signIn } from '../support/visitor.ts';

test('a broker told to end finishes what runs, takes nothing new, and leaves with 0', async (t) => {
  const { url } = await useDatabase();
  const house = await startHouse(url, { environment: { TNID_SHUTDOWN_SECONDS: '10' } });
  const second = await startBrokerProcess(house.config);
  const other = openDatabase(url, { maxConnections: 2 });
  t.teardown(async () => {
    await second.stop();
    await other.close();
    await house.stop();
  });
  const rp = await createPortal(house, 'cong-thu');
  const { tokens } = await signIn(rp, await meet(house), LEVEL_ONE);

  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = (): void => {};
  const taken = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const holding = other.transaction(async () => {
    await other.run(sql`lock table consent_handle in access exclusive mode`);
    isHeld();
    await held;
  });
  await taken;
  const running = rp.refresh(tokens, {}, { at: second.at });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const ending = second.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await t.throwsAsync(fetch(`${second.at}/healthz`), undefined, 'nothing new comes in');
  release();
  await holding;
  t.is((await running).status, 200);
  const answeredAt = Date.now();
  t.is(await ending, 0);
  t.true(Date.now() - answeredAt < 5_000, 'a connection kept open by a client holds nobody up');
});
