import test from 'ava';
import { recordIdentity } from '../../assurance/identity-step.ts';
import { openPending } from '../../assurance/pending.ts';
import type { PendingIdentity } from '../../assurance/pending.ts';
import { findTransactionById } from '../../assurance/store.ts';
import { openTransaction } from '../../assurance/transaction.ts';
import type { IdentityStep } from '../../policies/methods.ts';
import { NOW, ORIGIN, openDomain } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

let house: Domain;
test.before(async () => {
  house = await openDomain();
});
test.after.always(() => house.close());

const AN = '999190002001';
const BINH = '999190002002';
const identity = (personalNumber: string, source: PendingIdentity['source'], more: Partial<PendingIdentity> = {}) => ({
  source,
  personalNumber,
  name: 'Nguyễn Thị Minh An',
  birthdate: '1990-06-15',
  checkId: `check-${source}-${personalNumber}`,
  organisation: 'thử',
  ...more,
}); // prettier-ignore

let count = 0;
async function begun() {
  const accountId = await house.citizen();
  const interactionUid = `buoc-${(count += 1)}`;
  const { id } = await openTransaction(house.db, { interactionUid, clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  const read = async () => {
    const tx = await findTransactionById(house.db, id);
    if (tx === undefined) throw new Error('no transaction');
    return tx;
  };
  return {
    prove: async (step: IdentityStep, who: PendingIdentity) => {
      const tx = await read();
      return house.db.transaction(() =>
        recordIdentity(
          { db: house.db, vault: house.vault, origin: ORIGIN },
          { tx, accountId, sessionUid: undefined },
          { step, identity: who, kind: 'stepup.vneid' },
          NOW,
        ),
      );
    },
    pending: async () => openPending(house.vault, await read()).identity,
  };
}

test('two steps of one transaction speak of one person: the second person is refused', async (t) => {
  const visit = await begun();
  t.like(await visit.prove('vneid', identity(AN, 'vneid')), { outcome: 'proven' });
  for (const [step, source] of [['counter', 'counter'], ['chip', 'chip_c06'], ['card', 'register_match']] as const)
    t.deepEqual(await visit.prove(step, identity(BINH, source)), { outcome: 'refused', reason: 'other_person' }); // prettier-ignore
  t.is((await visit.pending())?.personalNumber, AN);
}); // prettier-ignore

test('of two proofs of one person the stronger is kept, in either order', async (t) => {
  const first = await begun();
  await first.prove('vneid', identity(AN, 'vneid'));
  await first.prove('counter', identity(AN, 'counter'));
  t.is((await first.pending())?.source, 'vneid');
  const second = await begun();
  await second.prove('counter', identity(BINH, 'counter'));
  await second.prove('vneid', identity(BINH, 'vneid'));
  t.is((await second.pending())?.source, 'vneid');
});

test('what two officers decided is not lost beside a stronger proof, and never made up', async (t) => {
  const visit = await begun();
  await visit.prove('vneid', identity(AN, 'vneid'));
  t.is((await visit.pending())?.supervised, undefined);
  await visit.prove('counter', identity(AN, 'counter', { supervised: true }));
  t.like(await visit.pending(), { source: 'vneid', supervised: true });
});
