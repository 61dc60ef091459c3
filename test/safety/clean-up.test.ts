import test from 'ava';
import { sql } from '../../database.ts';
import { removeExpired } from '../../operations/clean-up.ts';
import { keepDevice } from '../../safety/devices.ts';
import { beginHold } from '../../safety/hold.ts';
import { openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { boundCitizen, houseOf } from './people.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

const DAY_MS = 86_400_000;

test('links, waits, machines and notices go when their time is over, and not before', async (t) => {
  const { accountId } = await boundCitizen(domain);
  const ago = (days: number) => new Date(Date.now() - days * DAY_MS);
  const deviceKey = (name: string) => domain.vault.keyOf('device', name);
  for (const days of [1, 401]) {
    await keepDevice(domain.db, { accountId, deviceKey: deviceKey(`known-${days}`), kind: 'mac' }, ago(days));
    await beginHold(houseOf(domain), { accountId, deviceKey: deviceKey(`held-${days}`) }, ago(days - 0.5));
  }
  const count = () =>
    domain.db.row(sql`
      select (select count(*) from known_device) as devices, (select count(*) from device_hold) as holds,
        (select count(*) from not_me_link) as links, (select count(*) from notice_shown) as notices`);
  t.deepEqual(await count(), { devices: 2, holds: 2, links: 2, notices: 2 });
  await removeExpired(domain.db);
  await removeExpired(domain.db); // a notice goes after its links
  t.deepEqual(await count(), { devices: 1, holds: 1, links: 1, notices: 1 });
});
