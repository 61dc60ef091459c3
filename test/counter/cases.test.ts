import test from 'ava';
import { findBindingOwner } from '../../assurance/binding-store.ts';
import { bindIdentity } from '../../assurance/binding.ts';
import { decideAccount } from '../../counter/account-lock.ts';
import { getCase, openCase, openNumberCase } from '../../counter/case.ts';
import { confirmGuardian, nameChild } from '../../counter/guardianship.ts';
import type { RecordGuardian } from '../../counter/guardianship.ts';
import { firstWord } from '../../counter/officer.ts';
import type { Officer } from '../../counter/officer.ts';
import { confirmNumber } from '../../counter/replaced-number.ts';
import { recordGuardianship } from '../../consent/guardianship.ts';
import { sql } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import { after, NOW, times } from '../support/domain.ts';
import { AN, decisionsOf, DUC, openDesk, PHUOC, SAW, THU } from './desk.ts';
import type { CardClaim } from '../../counter/facts.ts';
import type { Desk } from './desk.ts';

let desk: Desk;
test.before(async () => {
  desk = await openDesk();
});
test.after.always(() => desk.close());

const SAU = { personalNumber: '999054000012', name: 'Huỳnh Văn Sáu', birthdate: '1954' };
const NGOC = { personalNumber: '999312123457', name: 'Phạm Bảo Ngọc', birthdate: '2012-07-20' };
const BICH = { personalNumber: '999305123456', name: 'Trần Ngọc Bích', birthdate: '2005-02-28' };
const grants = { endAll: async () => {} };

async function bound(claim: CardClaim): Promise<string> {
  const accountId = await desk.domain.citizen();
  const identity = { source: 'vneid', ...claim, checkId: 'c', organisation: 'VNeID' } as const;
  await desk.domain.db.transaction(() => bindIdentity(desk.house, { accountId, identity, clientId: 'portal' }, NOW)); // prettier-ignore
  return accountId;
}
async function opened(officer: Officer, kind: 'account' | 'guardian', claim: CardClaim): Promise<string> {
  const found = await openCase(desk.house, { officer, kind, claim }, NOW);
  if (found.outcome !== 'opened') throw new Error(`the case says ${found.outcome}`);
  return found.id;
}
const lockedAt = async (accountId: string) =>
  (await desk.domain.db.row(sql`select locked_at from account where id = ${accountId}`))?.['locked_at'];

test.serial(
  'a lost phone: the account of the card is locked, and opened when its person has it again',
  async (t) => {
    const accountId = await bound(AN);
    const officer = await desk.officer();
    const house = { ...desk.house, grants };
    const id = await opened(officer, 'account', AN);
    const lock = { officer, id, wish: 'lock', reason: 'lost_phone', note: '', seen: SAW } as const;
    t.deepEqual(await decideAccount(house, { ...lock, seen: { ...SAW, face: false } }, NOW), { outcome: 'checks_missing' }); // prettier-ignore
    const answers = await times(10, (n) => decideAccount({ ...house, db: n % 2 === 0 ? desk.domain.db : desk.domain.second }, lock, NOW)); // prettier-ignore
    t.deepEqual(answers.map(({ outcome }) => outcome).sort(), [...Array(9).fill('gone'), 'locked']);
    t.truthy(await lockedAt(accountId));
    t.truthy(
      await findBindingOwner(desk.domain.db, desk.domain.vault.keyOf('personal-number', AN.personalNumber)),
    );

    const again = await opened(officer, 'account', AN);
    t.true((await getCase(desk.house, { officer, id: again }, NOW)).locked);
    t.deepEqual(await decideAccount(house, { ...lock, id: again, wish: 'unlock', reason: 'found_again' }, NOW), { outcome: 'unlocked' }); // prettier-ignore
    t.is(await lockedAt(accountId), null);
    const kinds = (await decisionsOf(desk.domain.db, officer)).map(({ kind }) => kind);
    t.deepEqual(kinds.sort(), ['locked', 'unlocked']);
  },
);

test('a card without an account here opens nothing, nor does one the register does not know', async (t) => {
  const officer = await desk.officer();
  t.deepEqual(await openCase(desk.house, { officer, kind: 'account', claim: PHUOC }, NOW), {
    outcome: 'no_account',
  });
  const wrong = { ...PHUOC, name: 'Huỳnh Văn Bảy' };
  t.deepEqual(await openCase(desk.house, { officer, kind: 'account', claim: wrong }, NOW), {
    outcome: 'not_confirmed',
  });
});

test('a case is its officer’s alone and ends by itself', async (t) => {
  await bound(DUC);
  const officer = await desk.officer();
  const id = await opened(officer, 'account', DUC);
  const other = await desk.officer();
  await t.throwsAsync(getCase(desk.house, { officer: other, id }, NOW), { instanceOf: Refusal });
  const late = await getCase(desk.house, { officer, id }, after(1_801));
  t.is(late.facts, undefined);
  const decision = { officer, id, wish: 'lock', reason: 'lost_phone', note: '', seen: SAW } as const;
  t.deepEqual(await decideAccount({ ...desk.house, grants }, decision, after(1_801)), { outcome: 'gone' });
});

test.serial('a number that was replaced is not handed to somebody else, nor one that was not', async (t) => {
  const accountId = await bound(THU); // the register says that this number is void
  const officer = await desk.officer();
  const ask = (claim: CardClaim, oldNumber: string) =>
    openNumberCase(desk.house, { officer, claim, oldNumber }, NOW);
  t.deepEqual(await ask(PHUOC, '12'), { outcome: 'format' });
  t.deepEqual(await ask(PHUOC, PHUOC.personalNumber), { outcome: 'format' });
  t.deepEqual(await ask(PHUOC, '999091000099'), { outcome: 'no_account' });
  // Neither name nor birth date stayed: these are two people.
  t.deepEqual(await ask(PHUOC, THU.personalNumber), { outcome: 'not_replaced' });
  t.deepEqual(await ask({ ...THU, personalNumber: '999091000021' }, THU.personalNumber), {
    outcome: 'not_confirmed',
  });
  const living = await bound(BICH);
  t.deepEqual(await ask(PHUOC, BICH.personalNumber), { outcome: 'not_replaced' });
  t.deepEqual(await ask(BICH, THU.personalNumber), { outcome: 'bound_elsewhere' });
  t.is(await ownerOf(THU.personalNumber), accountId);
  t.is(await ownerOf(BICH.personalNumber), living);
});

const ownerOf = async (number: string) =>
  (await findBindingOwner(desk.domain.db, desk.domain.vault.keyOf('personal-number', number)))?.account_id;

test.serial(
  'a child’s representative is recorded from a paper, once, and a stranger’s child is none',
  async (t) => {
    const guardian = await bound(SAU);
    const officer = await desk.officer();
    const id = await opened(officer, 'guardian', SAU);
    const paper = { kind: 'birth_certificate', reference: '12/2012' } as const;
    const record: RecordGuardian<string> = (facts, now) => recordGuardianship(desk.house, facts, now);
    const decision = { officer, id, note: '', seen: SAW };
    const told: unknown[] = [];
    const house = { ...desk.house, notify: async (notice: object) => void told.push(notice) };
    t.deepEqual(
      await confirmGuardian(house, decision, record, NOW),
      { outcome: 'gone' },
      'no child was named yet',
    );
    t.is(await nameChild(desk.house, { officer, id, claim: SAU, paper }, NOW), 'same_person');
    t.is(await nameChild(desk.house, { officer, id, claim: { ...NGOC, name: 'Phạm Bảo Ngân' }, paper }, NOW), 'not_confirmed'); // prettier-ignore
    t.is(await nameChild(desk.house, { officer, id, claim: NGOC, paper }, NOW), 'match');
    t.deepEqual(await confirmGuardian(house, { ...decision, seen: { ...SAW, card: false } }, record, NOW), { outcome: 'checks_missing' }); // prettier-ignore
    t.like(await confirmGuardian(house, decision, record, NOW), { outcome: 'recorded' });
    t.like(await confirmGuardian(house, decision, record, NOW), { outcome: 'gone' });

    const again = await opened(officer, 'guardian', SAU);
    await nameChild(desk.house, { officer, id: again, claim: NGOC, paper }, NOW);
    t.deepEqual(await confirmGuardian(house, { ...decision, id: again }, record, NOW), { outcome: 'refused', reason: 'already' }); // prettier-ignore
    t.deepEqual(told, [{ accountId: guardian, kind: 'guardian_recorded', key: id, link: true }], 'told once');
  },
);

test.serial(
  'two officers replace a number, of twenty confirmations one counts, and one officer cannot',
  async (t) => {
    const { db, second: otherPool } = desk.domain;
    // A register that knows the old number as replaced and the new one as hers.
    const OLD = { personalNumber: '999091000039', name: 'Lê Văn Thu', birthdate: '1991-01-01' };
    const accountId = await bound(OLD);
    const [first, second] = [await desk.officer(), await desk.officer()];
    const register = {
      match: async (request: { personalNumber: string }) => ({
        status: request.personalNumber === OLD.personalNumber ? ('superseded' as const) : ('match' as const),
        person: { name: 'Lê Thị Thu', birthdate: '1991-01-01' },
        checkId: 'check',
        checkedAt: NOW,
        organisation: 'C06',
      }),
    };
    const claim = { personalNumber: '999191000047', name: 'Lê Thị Thu', birthdate: '1991-01-01' };
    const found = await openNumberCase({ ...desk.house, register }, { officer: first, claim, oldNumber: OLD.personalNumber }, NOW); // prettier-ignore
    if (found.outcome !== 'opened') throw new Error(found.outcome);
    const decision = (officer: Officer) => ({ officer, id: found.id, reason: 'sex_corrected', note: ' Có giấy của công an xã ', seen: SAW }) as const; // prettier-ignore
    t.deepEqual(await confirmNumber(desk.house, decision(first), NOW), { outcome: 'sent_on' });
    t.deepEqual(await confirmNumber(desk.house, decision(first), NOW), { outcome: 'gone' });
    t.deepEqual(await firstWord(desk.house, found.id), {
      reason: 'sex_corrected',
      note: 'Có giấy của công an xã',
    });
    t.is(await ownerOf(OLD.personalNumber), accountId);
    const answers = await times(20, (n) =>
      confirmNumber({ ...desk.house, db: n % 2 === 0 ? db : otherPool }, decision(second), NOW),
    );
    t.is(answers.filter(({ outcome }) => outcome === 'replaced').length, 1);
    t.is(await ownerOf(OLD.personalNumber), undefined);
    t.is(await ownerOf(claim.personalNumber), accountId);
    t.like(await db.row(sql`select source from identity_binding where account_id = ${accountId} and ended_at is null`), { source: 'vneid' }); // prettier-ignore
    t.is((await db.rows(sql`select 1 as one from personal_number_history`)).length, 1);
  },
);
