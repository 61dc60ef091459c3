import test from 'ava';
import { disableStaff } from '../../staff/disable.ts';
import { sql } from '../../database.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { meet, visitorAs } from '../support/visitor.ts';
import { atWork, codeOn, finish, goToCounter, hire, SEEN, signInAs, words } from './people.ts';
import type { Employee } from './people.ts';

let house: TestHouse;
let rp: Rp;
let skewMs = 0;
test.before(async () => {
  house = await startHouse((await useDatabase()).url, { clock: () => new Date(Date.now() + skewMs) });
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const AN = { number: '999190000011', name: 'Nguyễn Thị Minh An', birthdate: '15/06/1990' };
const SAU_QR = '999054000012||Huỳnh Văn Bảy|01011954|Nam|Ấp 1, phường Tân Ninh, Tây Ninh|02032022';

const title = ({ browser }: Employee) => browser.page().title;
const press = async ({ browser }: Employee, button: string, fields: Record<string, string> = {}) =>
  void (await browser.press(button, fields));

async function take(officer: Employee, code: string, card: Record<string, string>): Promise<void> {
  await officer.browser.open(`${house.issuer}/counter`);
  await press(officer, words.counter.codeButton, { code });
  await press(officer, words.counterCard.button, card);
}

test.serial('an invited officer gets ten codes once, and works only after signing in with one', async (t) => {
  const officer = await hire(house, 'hoa.nguyen', 'officer', '25459');
  t.is(officer.codes.length, 10);
  t.regex(officer.codes[0] ?? '', /^\w{4}-\w{4}-\w{4}-\w{4}$/);
  await officer.browser.open(`${house.issuer}/counter`);
  t.is(title(officer), words.staffSafety.title, 'the page that says what comes next');
  await signInAs(house, officer);
  t.is(title(officer), words.counter.title);
});

test.serial(
  'a citizen without VNeID reaches level 2 at the counter, and everything is on record',
  async (t) => {
    const officer = await atWork(house, 'lan.tran');
    const visitor = await meet(house);
    const code = await goToCounter(rp, visitor);
    t.regex(code, /^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    await visitor.browser.open(visitor.browser.page().url);
    t.is(codeOn(visitor.browser), code, 'shown again, the code is the same');

    await take(officer, code.toLowerCase().replace('-', ' '), AN);
    t.is(title(officer), words.counterLook.title);
    const shown = officer.browser.page().document.text;
    t.true(shown.includes('Nguyễn Thị Minh An') && shown.includes('1990') && shown.includes('*********011'));
    t.false(shown.includes(AN.number), 'the officer compares a masked number');
    await visitor.browser.open(visitor.browser.page().url);
    t.is(visitor.browser.page().title, words.counterStep.claimed);

    await press(officer, words.counterLook.confirm, { ...SEEN, reason: '', note: '' });
    t.is(officer.browser.page().status, 400);
    await press(officer, words.counterLook.confirm, { face: '', card: '', freeWill: '', reason: 'no_vneid', note: 'đã hỏi' }); // prettier-ignore
    t.is(officer.browser.page().status, 400, 'nothing is ticked');
    t.regex(officer.browser.page().document.toString(), /value="no_vneid" selected[^]*>đã hỏi</, 'nor lost');
    await press(officer, words.counterLook.confirm, { ...SEEN, reason: 'no_vneid', note: '' });
    t.is(title(officer), words.counterDone.proven);

    const callback = await finish(house, visitor);
    t.truthy(callback.searchParams.get('code'));
    const kinds = await house.db.rows<{ kind: string }>(sql`select distinct kind from access_event where kind like 'counter.%' order by 1`); // prettier-ignore
    t.deepEqual(
      kinds.map(({ kind }) => kind),
      ['counter.checked', 'counter.claimed', 'counter.confirmed'],
    );
    t.is((await house.db.rows(sql`select 1 as one from counter_decision where kind = 'confirmed' and commune_code = '25459'`)).length, 1); // prettier-ignore
    t.false(house.logged.join('\n').includes(AN.number));
    t.false(house.logged.join('\n').includes(code));
  },
);

test.serial(
  'who is bound to another account moves by two officers, at once and with no day of waiting',
  async (t) => {
    const [first, second] = [await atWork(house, 'mai.le'), await atWork(house, 'nam.vo')];
    const again = await meet(house); // a new telephone and a new Zalo account, the card of AN
    const code = await goToCounter(rp, again);
    await take(first, code, AN);
    await press(first, words.counterLook.confirm, {
      ...SEEN,
      reason: 'lost_access',
      note: 'mất <máy> ở chợ',
    });
    t.is(title(first), words.counterDone.sent_on);
    await again.browser.open(again.browser.page().url);
    t.is(again.browser.page().title, words.counterStep.second);

    await first.browser.open(`${house.issuer}/counter`);
    await first.browser.follow(words.counter.open);
    t.is(title(first), words.counterDone.sent_on, 'the first officer cannot be the second');

    await second.browser.open(`${house.issuer}/counter`);
    await second.browser.follow(words.counter.open);
    t.is(title(second), words.counterLook.secondTitle);
    const seen = second.browser.page().document.text;
    for (const said of ['mai.le', words.counterLook.reasons.lost_access, 'mất <máy> ở chợ'])
      t.true(seen.includes(said), said);
    await press(second, words.counterLook.confirm, { ...SEEN, reason: 'lost_access', note: '' });
    t.is(title(second), words.counterDone.proven);
    const callback = await finish(house, again);
    t.truthy(callback.searchParams.get('code'));
    const owners = await house.db.rows(sql`select account_id from identity_binding where ended_at is null`);
    t.is(owners.length, 1);
  },
);

test.serial(
  'a refusal reaches the citizen in neutral words, with another code for another counter',
  async (t) => {
    const officer = await atWork(house, 'oanh.do');
    const visitor = await meet(house);
    const code = await goToCounter(rp, visitor);
    await take(officer, code, { qr: SAU_QR });
    t.is(officer.browser.page().status, 400, 'the card says a name that the register does not have');
    const qrShown = officer.browser.page().document.querySelector('#qr')?.getAttribute('value');
    t.is(qrShown ?? '', '', 'what was scanned is not shown again');
    await officer.browser.follow(words.counterCard.refuse);
    await press(officer, words.counterLook.refuse, { reason: 'under_pressure', note: '' });
    t.is(title(officer), words.counterDone.refused);
    const { browser } = visitor;
    await browser.open(browser.page().url);
    t.is(browser.page().title, words.counterStep.refused);
    t.true(browser.page().document.text.includes('Quầy một cửa phường Tân Ninh'));
    t.false(browser.page().document.text.includes(words.counterLook.reasons.under_pressure));
    await browser.press(words.counterStep.again);
    t.not(codeOn(browser), code);
    await browser.press(words.counterStep.other);
    t.true(browser.hasButton(words.stepUp.methods.counter.button));
  },
);

test.serial('nobody but an officer in session, with a form of ours, gets anything done', async (t) => {
  const officer = await atWork(house, 'phuc.ly');
  const other = await atWork(house, 'quynh.bui');
  const auditor = await hire(house, 'son.cao', 'auditor');
  await signInAs(house, auditor);
  t.is(auditor.browser.page().title, words.staffSafety.title, 'their own page');
  await auditor.browser.open(`${house.issuer}/counter`);
  t.is(auditor.browser.page().status, 403);

  const visitor = await meet(house);
  const code = await goToCounter(rp, visitor);
  await take(officer, code, AN);
  const here = officer.browser.page().url.href;
  for (const stranger of [other.browser, auditor.browser, visitorAs(house, visitor.person).browser]) {
    await stranger.open(here);
    t.not(stranger.page().title, words.counterLook.title);
  }
  t.is(other.browser.page().status, 404);
  await other.browser.open(`${house.issuer}/counter`);
  await press(other, words.counter.codeButton, { code });
  t.is(other.browser.page().status, 400, 'a code is taken once');

  // Another site's form, and none at all.
  await officer.browser.open(here);
  await press(officer, words.counterLook.confirm, { ...SEEN, reason: 'no_vneid', note: '', csrf: 'forged' });
  t.is(officer.browser.page().status, 403);
  for (const path of ['/counter/ma', '/can-bo/bao-mat/ma', `${new URL(here).pathname}/xac-nhan`]) {
    const bare = await fetch(`${house.issuer}${path}`, { method: 'POST', body: new URLSearchParams({ ...SEEN, reason: 'no_vneid' }), redirect: 'manual' }); // prettier-ignore
    t.is(bare.status, 401, path);
  }
  await officer.browser.open(`${house.issuer}/counter/yeu-cau/x`);
  t.is(officer.browser.page().status, 404);
});

test.serial(
  'a session left alone for a quarter of an hour is over, and so is that of who was disabled',
  async (t) => {
    const officer = await atWork(house, 'thu.ngo');
    const { browser } = officer;
    skewMs = 901_000;
    try {
      await browser.press(words.counter.codeButton, { code: 'AAAA-2222' });
      t.is(browser.page().status, 401);
      await browser.open(`${house.issuer}/counter`);
      t.is(browser.page().title, words.staffDoor.title);
      t.true(browser.page().document.text.includes(words.staffDoor.errors.ended));
    } finally {
      skewMs = 0;
    }
    await signInAs(house, officer, 1);
    t.is(browser.page().title, words.counter.title);
    await disableStaff({ db: house.db, origin: 'x' }, 'thu.ngo', new Date());
    await browser.open(`${house.issuer}/counter`);
    t.is(browser.page().title, words.staffDoor.title);
    await signInAs(house, officer, 2);
    t.is(browser.page().status, 400);
    t.true(browser.page().document.text.includes(words.staffDoor.errors.refused));
  },
);

test.serial('signing out ends the session, and each sign-in is a new one', async (t) => {
  const officer = await atWork(house, 'van.dinh');
  await press(officer, words.counter.signOut);
  await officer.browser.open(`${house.issuer}/counter`);
  t.is(title(officer), words.staffDoor.title);
  await signInAs(house, officer, 1);
  const rows = await house.db.rows(sql`
    select session_key from staff_session s join staff p on p.id = s.staff_id where p.login = 'van.dinh' and s.method = 'recovery'`);
  t.is(rows.length, 2);
});

test.serial('a lost phone is locked at the counter, and the sign-in of that account is over', async (t) => {
  const officer = await atWork(house, 'xuan.ha');
  await officer.browser.open(`${house.issuer}/counter/tai-khoan`);
  await press(officer, words.counterCard.button, { number: '999204000018', name: 'Võ Hữu Phước', birthdate: '29/02/2004' }); // prettier-ignore
  t.true(officer.browser.page().document.text.includes(words.counterCard.errors.no_account));
  await press(officer, words.counterCard.button, AN);
  await press(officer, words.counterLook.lock, { ...SEEN, reason: 'lost_phone', note: '' });
  t.is(title(officer), words.counterDone.locked);
  const locked = await house.db.rows(sql`select lock_reason from account where locked_at is not null`);
  t.deepEqual(locked, [{ lock_reason: 'lost_phone' }]);
  await officer.browser.open(`${house.issuer}/counter/tai-khoan`);
  await press(officer, words.counterCard.button, AN);
  await press(officer, words.counterLook.unlock, { ...SEEN, reason: 'found_again', note: '' });
  t.is(title(officer), words.counterDone.unlocked);
});

test.serial('no oddity in a field of the counter breaks a page', async (t) => {
  const officer = await atWork(house, 'yen.mac');
  const visitor = await meet(house);
  const code = await goToCounter(rp, visitor);
  const { browser } = officer;
  for (const odd of [
    '',
    '\u0000',
    '%00',
    'x'.repeat(3_000),
    '[]',
    'ờ',
    '-1',
    '\ud800',
    "' or 1=1 --",
    '<script>',
  ]) {
    await browser.open(`${house.issuer}/counter`);
    await browser.press(words.counter.codeButton, { code: odd });
    t.true(browser.page().status === 400, `code ${odd.slice(0, 10)}: ${browser.page().status}`);
    if (odd === 'ờ') break;
  }
  await browser.open(`${house.issuer}/counter`);
  await browser.press(words.counter.codeButton, { code });
  for (const odd of [
    '\u0000',
    'x'.repeat(3_000),
    '\ud800',
    '<script>alert(1)</script>',
    '999190000011|'.repeat(50),
  ]) {
    for (const field of ['qr', 'number', 'name', 'birthdate']) {
      await browser.press(words.counterCard.button, { ...AN, qr: '', [field]: odd });
      t.true(
        [200, 400, 429].includes(browser.page().status),
        `${field} ${odd.slice(0, 10)}: ${browser.page().status}`,
      );
      if (!browser.hasButton(words.counterCard.button)) await browser.open(browser.page().url.href.replace(/\/the$/, '?the=1')); // prettier-ignore
    }
  }
  t.deepEqual(
    house.logged.filter((line) => /"level":"error"/.test(line)),
    [],
  );
});
