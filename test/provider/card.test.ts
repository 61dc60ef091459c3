import test from 'ava';
import { wordsOf } from '../../views/words/words.ts';
import { compareCard, meetRegistered, openCardPage, typedCard } from '../support/card.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { claimsOf, createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { countEvents } from '../support/visitor.ts';

// The printed card as a road to level 2, over HTTP.
const words = wordsOf('vi');
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());
test.afterEach.always(() => house?.register.resetKnobs());

const asked = () => house.register.requests().filter((line) => line.startsWith('POST /congdan')).length;
const sexOf = (personalNumber: string) => (Number(personalNumber[3]) % 2 === 1 ? 'Nữ' : 'Nam');

test.serial('a card typed in, then a code, is level 2; tokens say where it came from', async (t) => {
  const visitor = await meetRegistered(house);
  const request = await openCardPage(rp, visitor);
  const page = await compareCard(visitor, typedCard(visitor.person));
  t.is(page.title, words.phone.title);
  const walked = await visitor.go({ url: page.url.href });
  const tokens = await rp.redeem(request, walked.callback);
  const claims = claimsOf(tokens.body['id_token']);
  t.is(claims['acr'], `${house.config.TNID_ACR_BASE}2`);
  const amr = claims['amr'];
  t.true(Array.isArray(amr) && amr.includes('otp') && !amr.includes('vneid'), String(amr));
});

test.serial('the QR text alone is enough, and is nowhere afterwards', async (t) => {
  const visitor = await meetRegistered(house);
  const { personalNumber, name, birthdate } = visitor.person;
  const born = `${birthdate.slice(6)}${birthdate.slice(4, 6)}${birthdate.slice(0, 4)}`;
  await openCardPage(rp, visitor);
  const qr = `${personalNumber}||${name}|${born}|${sexOf(personalNumber)}|Khu phố Bí Mật, Tây Ninh|01072021||Cha Ví Dụ|Mẹ Ví Dụ||`;
  const page = await compareCard(visitor, { qr, number: 'không', name: '', day: '', month: '', year: '' });
  t.is(page.title, words.phone.title);
  const log = house.logged.join('');
  for (const hidden of [personalNumber, name, 'Bí Mật', 'Ví Dụ']) t.false(log.includes(hidden), hidden);
});

test.serial(
  'a slip is said beside its field and asks nobody; QR and lines are not shown again',
  async (t) => {
    const visitor = await meetRegistered(house);
    await openCardPage(rp, visitor);
    const before = asked();
    const right = typedCard(visitor.person);
    const slips: readonly [form: Record<string, string>, field: string][] = [
      [{ ...right, number: right['number']?.slice(1) ?? '' }, 'number'],
      [{ ...right, name: 'Nguyễn 5' }, 'name'],
      [{ ...right, day: '31', month: '2' }, 'birthdate'],
      [{ ...right, year: '1949' }, 'birthdate'],
      [{ ...right, qr: 'https://example.invalid/?id=1' }, 'qr'],
      [{ ...right, qr: '', mrz: 'IDVNM<<<' }, 'mrz'],
    ];
    for (const [form, field] of slips) {
      const page = await compareCard(visitor, { qr: '', mrz: '', ...form });
      t.is(page.status, 400, field);
      t.truthy(page.document.querySelector(`#${field}-error`), field);
      t.is(page.document.querySelector('#number')?.getAttribute('value'), form['number']);
      t.false(page.document.toString().includes('example.invalid'));
      t.false(page.document.toString().includes('IDVNM'));
    }
    t.is(asked(), before);
    t.is((await compareCard(visitor, { ...right, mrz: '' })).title, words.phone.title);
  },
);

test.serial('a register that is down is said so and costs nothing', async (t) => {
  const visitor = await meetRegistered(house);
  await openCardPage(rp, visitor);
  house.register.setKnobs({ fault: 'http503' });
  for (let turn = 0; turn < 4; turn += 1)
    t.is((await compareCard(visitor, typedCard(visitor.person))).status, 503);
  house.register.setKnobs({ refuse: 'quota', fault: 'none' });
  t.is((await compareCard(visitor, typedCard(visitor.person))).status, 503);
  t.regex(
    house.logged.join(''),
    /"level":"error"[^\n]*"event":"register.failed"[^\n]*"reason":"quota"|"event":"register.failed"[^\n]*"reason":"quota"/,
  );
  house.register.resetKnobs();
  t.is((await compareCard(visitor, typedCard(visitor.person))).title, words.phone.title);
});

test.serial('three wrong tries close the page for the day, and another way stays open', async (t) => {
  const visitor = await meetRegistered(house);
  await openCardPage(rp, visitor);
  const wrong = { ...typedCard(visitor.person), name: 'Trần Thị Không Đúng' };
  const pages = [];
  for (let turn = 0; turn < 3; turn += 1) pages.push(await compareCard(visitor, wrong));
  t.deepEqual(pages.map(({ title }) => title), [words.card.title, words.card.title, words.card.closedTitle]); // prettier-ignore
  const before = asked();
  // The page of an earlier answer, still open in another tab.
  const page = await visitor.open(pages[0]?.url.href.replace(/\/doi-chieu$/, '') ?? '');
  t.is(page.at === 'page' && page.page.title, words.card.title);
  const closed = await compareCard(visitor, typedCard(visitor.person));
  t.is(closed.status, 429);
  t.is(closed.title, words.card.closedTitle);
  t.is(asked(), before);
  await visitor.browser.press(words.card.other);
  t.true(visitor.browser.hasButton(words.stepUp.methods.vneid.button));
});

test.serial('where a register match does not count, the card is not offered', async (t) => {
  const strict = await startHouse((await useDatabase()).url, { environment: { TNID_REGISTER_MATCH: 'off' } });
  t.teardown(() => strict.stop());
  const portal = await createPortal(strict, 'cong-thu');
  const visitor = await meetRegistered(strict);
  await t.throwsAsync(openCardPage(portal, visitor), { message: /no button/ });
  t.true(visitor.browser.hasButton(words.stepUp.methods.vneid.button));
  t.true(visitor.browser.hasButton(words.stepUp.methods.counter.button));
});

test.serial('the trail of an account counts the question and names nobody', async (t) => {
  const before = await countEvents(house, 'stepup.card');
  const visitor = await meetRegistered(house);
  await openCardPage(rp, visitor);
  await compareCard(visitor, typedCard(visitor.person));
  t.is(await countEvents(house, 'stepup.card'), before + 1);
});
