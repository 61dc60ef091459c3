import test from 'ava';
import { recordAccess } from '../../audit/record.ts';
import type { AccessEvent } from '../../audit/record.ts';
import { listEvents } from '../../audit/search.ts';
import { NOW, ORIGIN, after, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
  const accountId = await house.citizen();
  const event = (kind: AccessEvent['kind'], more: Partial<AccessEvent> = {}): AccessEvent => ({
    kind,
    outcome: 'ok',
    actor: 'self',
    accountId,
    clientId: 'portal',
    ...more,
  });
  await recordAccess(house.db, ORIGIN, event('login.zalo'), NOW);
  // One request: one time for three events.
  await house.db.transaction(async () => {
    for (const kind of ['stepup.vneid', 'identity.bound', 'stepup.completed'] as const)
      await recordAccess(house.db, ORIGIN, event(kind), after(10));
  });
  await recordAccess(
    house.db,
    ORIGIN,
    event('token.issued', { serviceId: 'hoso', actor: 'service' }),
    after(20),
  );
  await recordAccess(
    house.db,
    ORIGIN,
    event('token.replayed', { serviceId: 'phananh', outcome: 'refused' }),
    after(30),
  );
});
test.after.always(() => house.close());

const kinds = async (search: Partial<Parameters<typeof listEvents>[1]> = {}) =>
  (await listEvents(house.db, { limit: 100, ...search })).map(({ kind }) => kind);

test('the list is newest first, and events of one moment keep the order they happened in', async (t) => {
  t.deepEqual(await kinds(), [
    'token.replayed',
    'token.issued',
    'stepup.completed',
    'identity.bound',
    'stepup.vneid',
    'login.zalo',
  ]);
});

test('the list is cut where asked', async (t) => {
  t.deepEqual(await kinds({ limit: 2 }), ['token.replayed', 'token.issued']);
});

test('the list can be narrowed by log, kind, service and time, and by all at once', async (t) => {
  t.deepEqual(await kinds({ log: 'consent' }), []);
  t.is((await kinds({ log: 'access' })).length, 6);
  t.deepEqual(await kinds({ kind: 'stepup.' }), ['stepup.completed', 'stepup.vneid']);
  t.deepEqual(await kinds({ serviceId: 'hoso' }), ['token.issued']);
  t.deepEqual(await kinds({ since: after(20) }), ['token.replayed', 'token.issued']);
  t.deepEqual(await kinds({ log: 'access', kind: 'token', serviceId: 'phananh', since: after(20) }), [
    'token.replayed',
  ]);
  t.deepEqual(await kinds({ kind: "'; drop table access_event; --" }), []);
});

test('a line says who, through what and how it ended, without a person', async (t) => {
  const [line] = await listEvents(house.db, { limit: 1 });
  t.like(line, {
    at: after(30),
    log: 'access',
    kind: 'token.replayed',
    outcome: 'refused',
    actor: 'self',
    clientId: 'portal',
    serviceId: 'phananh',
    purposeId: null,
    n: 6,
  });
  t.deepEqual(Object.keys(line ?? {}).toSorted(), ['actor', 'at', 'clientId', 'eventId', 'kind', 'log', 'n', 'outcome', 'purposeId', 'serviceId', 'stream']); // prettier-ignore
});
