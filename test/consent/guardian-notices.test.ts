import test from 'ava';
import { askGuardian } from '../../consent/guardian-request.ts';
import { recentNotices } from '../../safety/notices.ts';
import { after } from '../support/domain.ts';
import { relative, represent } from './family.ts';
import type { Relative } from './family.ts';
import { HOSO, openLedger } from './ledger.ts';
import type { Choice, Ledger } from './ledger.ts';

let ledger: Ledger;
test.before(async () => {
  ledger = await openLedger();
});
test.after.always(() => ledger.close());

const FILING = 'hoso.xu-ly';
const ask = ({ accountId }: Relative, now = after(1), choice: Choice = 'given') =>
  askGuardian(
    ledger.house(),
    {
      childAccountId: accountId,
      clientId: 'portal',
      serviceId: HOSO,
      scopes: ['svc:hoso:nop'],
      asked: [FILING],
      choices: { [FILING]: choice },
      visit: 'v',
      evidence: {},
    },
    now,
  );
const heard = async ({ accountId }: Relative) =>
  (await recentNotices(ledger.db, accountId, after(200_000))).map(({ kind }) => kind);

async function family() {
  const [child, mother] = [await relative(ledger, '2012-07-20'), await relative(ledger, '1985-03-01')];
  await represent(ledger, mother, child);
  return { child, mother };
}

test('every representative hears of a question, once a day for a child and service', async (t) => {
  const { child, mother } = await family();
  const father = await relative(ledger, '1983-03-01');
  await represent(ledger, father, child);
  t.like(await ask(child), { outcome: 'sent' });
  t.like(await ask(child, after(2)), { outcome: 'sent' });
  for (const parent of [mother, father]) t.deepEqual(await heard(parent), ['guardian_asked']);
  await ask(child, after(86_400));
  t.is((await heard(mother)).length, 2);
  t.deepEqual(await heard(child), []);
});

test('where there is nothing to answer nothing is said, nor to a stranger', async (t) => {
  const [one, other] = [await family(), await family()];
  t.like(await ask(one.child, after(1), 'refused'), { outcome: 'declined' });
  await ask(other.child);
  t.deepEqual(await heard(one.mother), []);
});
