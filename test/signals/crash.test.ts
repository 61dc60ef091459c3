import test from 'ava';
import { createLocalJWKSet } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { sql } from '../../database.ts';
import { tellServices } from '../../signals/tell.ts';
import { startHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, createPortal, REPORTS } from '../support/rp.ts';
import { startBrokerProcess } from '../support/second-broker.ts';
import { accountOf, meet, signIn, LEVEL_ONE } from '../support/visitor.ts';
import { openDoor } from './http.ts';
import { checkSet, eventsOf, startReceiver } from './services.ts';

test('a broker killed between sending an event and noting it loses nothing: another sends it again, same jti', async (t) => {
  const receiver = await startReceiver();
  const house = await startHouse((await useDatabase()).url, { environment: { TNID_INTRANET_HOSTS: receiver.host } });
  t.teardown(async () => {
    // Its broker has ended already.
    const { db, zalo, vneid, sms, register, cardAuthority } = house;
    await Promise.all([db, zalo, vneid, sms, register, cardAuthority, receiver].map((one) => one.close()));
  });
  const door = await openDoor(house, 'phananh', REPORTS);
  const delivery = { method: 'urn:ietf:rfc:8935', endpoint_url: receiver.url };
  t.is((await door.call('POST', '/ssf/streams', { delivery })).status, 201);
  const visitor = await meet(house);
  await signIn(await createPortal(house, 'cong-thu'), visitor, LEVEL_ONE);
  const accountId = await accountOf(house, visitor);
  // The broker that published them is gone when they are needed.
  const keySet = (await ask(`${house.issuer}/ssf/jwks`)).body as unknown as JSONWebKeySet; // jose checks it when used

  const second = await startBrokerProcess(house.config);
  await house.broker.stop();
  let killed: () => void = () => {};
  const death = new Promise<void>((resolve) => (killed = resolve));
  receiver.answer = (count) => (count === 1 ? { status: 202, wait: death } : { status: 202 });
  await tellServices(house.db, { accountId, changes: [{ kind: 'session-revoked', by: 'user', reason: 'signed_out' }] }, new Date());
  await receiver.arrived(1);
  await second.kill();
  killed();
  t.like((await eventsOf(house.db, REPORTS))[0], { outcome: null, tries: 1 });

  const other = await startBrokerProcess(house.config);
  t.teardown(() => other.stop());
  await receiver.arrived(2);
  const [first, again] = await Promise.all(receiver.got.map(({ jws }) => checkSet(jws, { audience: REPORTS, issuer: house.issuer, keys: createLocalJWKSet(keySet) })));
  t.deepEqual(again, first, 'the same event to the last claim');
  for (let look = 0; look < 100; look += 1) {
    if ((await eventsOf(house.db, REPORTS))[0]?.outcome === 'delivered') break;
    await house.db.run(sql`select pg_sleep(0.02)`);
  }
  t.like((await eventsOf(house.db, REPORTS))[0], { outcome: 'delivered', tries: 2 });
}); // prettier-ignore
