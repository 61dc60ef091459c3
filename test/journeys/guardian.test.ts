import test from 'ava';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import { wordsOf } from '../../views/words/words.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { bornAgo, meetAdult, meetChild, recordParent, see } from '../support/child.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { LEVEL_ONE, accountOf, ageProofs, signIn } from '../support/visitor.ts';
import type { Visitor } from '../support/visitor.ts';

// A child signs in, a parent answers on another telephone, and takes it back.
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

const words = wordsOf('vi');
const NOTICE = 'phananh.bao-ket-qua';
const purposesIn = (token: unknown): unknown =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())['purposes'];
async function ask(visitor: Visitor) {
  const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource);
  return { request, page: await see(visitor, request.url) };
}
const press = async (visitor: Visitor, button: string, fields: Record<string, string> = {}) => {
  const arrival = await visitor.browser.press(button, fields);
  return arrival.at === 'page' ? arrival.page : arrival.url;
};

test('from 7 the child chooses, the parent answers at level 2, and the sign-in goes on by itself', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  t.deepEqual(purposesIn(child.before.tokens.body['access_token']), [NOTICE]);
  await recordParent(house, mother, child);

  const { request, page } = await ask(child);
  t.is(page.title, words.guardian.childTitle, 'what was agreed to before the age was known is asked again');
  const waiting = await press(child, words.guardian.childSubmit, { [`purpose.${NOTICE}`]: 'given' });
  t.true('title' in waiting && waiting.title === words.guardian.waitTitle);
  t.is((await see(child, child.browser.page().url.href)).title, words.guardian.waitTitle, 'still');

  const list = await see(mother, `${house.issuer}/toi/con`);
  t.is(list.title, words.guardian.title);
  t.regex(list.document.textContent, /Phạm Bảo Ngọc muốn dùng: Phản ánh hiện trường/);
  await mother.browser.follow(words.guardian.answer);
  t.is(mother.browser.page().title, words.guardian.answerTitle('Phạm Bảo Ngọc'));
  const answered = await press(mother, words.guardian.answerSubmit, { [`purpose.${NOTICE}`]: 'given' });
  t.true('title' in answered && answered.document.textContent.includes(words.guardian.results.answered));

  const arrival = await child.open(child.browser.page().url);
  if (arrival.at !== 'door') return t.fail(arrival.page.title);
  const tokens = await rp.redeem(request, arrival.url);
  t.deepEqual(purposesIn(tokens.body['access_token']), [NOTICE]);

  const mine = await see(child, `${house.issuer}/toi`);
  t.true(mine.document.textContent.includes(`${words.guardian.happened.renewed}: Báo kết quả cho bạn`));
  await child.browser.follow(words.account.receipt);
  t.true(child.browser.page().document.textContent.includes(words.guardian.givers.both));

  await see(mother, `${house.issuer}/toi/con`);
  await mother.browser.follow(words.guardian.look);
  await mother.browser.follow(words.account.withdraw);
  t.is(mother.browser.page().title, words.withdraw.title);
  const withdrawn = await press(mother, words.withdraw.button);
  t.true('title' in withdrawn && withdrawn.document.textContent.includes(words.guardian.results.withdrawn));
  const refreshed = await rp.refresh(tokens);
  t.deepEqual(purposesIn(refreshed.body['access_token']), [], 'from the next token on');
});

test('a child who says no to everything needs nobody and goes on', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const { request } = await ask(child);
  const url = await press(child, words.guardian.childSubmit, { [`purpose.${NOTICE}`]: 'refused' });
  if (!(url instanceof URL)) return t.fail(url.title);
  const tokens = await rp.redeem(request, url);
  t.deepEqual(purposesIn(tokens.body['access_token']), []);
  t.regex(
    (await see(mother, `${house.issuer}/toi/con`)).document.textContent,
    new RegExp(words.guardian.nothingWaiting),
  );
  const again = await signIn(rp, child, LEVEL_ONE);
  t.deepEqual(again.walk.steps, [], 'no nagging');
});

test('a client that asks again by prompt=consent gets the answer of both, once', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const answerBoth = async (choice: 'given' | 'refused') => {
    await press(child, words.guardian.childSubmit, { [`purpose.${NOTICE}`]: 'given' });
    await see(mother, `${house.issuer}/toi/con`);
    await mother.browser.follow(words.guardian.answer);
    await press(mother, words.guardian.answerSubmit, { [`purpose.${NOTICE}`]: choice });
    const arrival = await child.open(child.browser.page().url);
    t.is(arrival.at, 'door');
    return arrival.at === 'door' ? arrival.url : new URL(house.issuer);
  };
  await ask(child);
  await answerBoth('given');
  for (const choice of ['given', 'refused'] as const) {
    const request = await rp.begin(LEVEL_ONE.scope, LEVEL_ONE.resource, { prompt: 'consent' });
    t.is((await see(child, request.url)).title, words.guardian.childTitle);
    const tokens = await rp.redeem(request, await answerBoth(choice));
    t.deepEqual(purposesIn(tokens.body['access_token']), choice === 'given' ? [NOTICE] : []);
  }
});

test('below 7 there is nothing for the child to choose', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(4)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  const { page } = await ask(child);
  t.is(page.title, words.guardian.sendTitle);
  t.is(page.document.querySelectorAll('input[type=radio]').length, 0);
  await press(child, words.guardian.sendButton);
  t.is(child.browser.page().title, words.guardian.waitTitle);
  await see(mother, `${house.issuer}/toi/con`);
  await mother.browser.follow(words.guardian.answer);
  await press(mother, words.guardian.answerSubmit, { [`purpose.${NOTICE}`]: 'given' });
  t.is((await child.open(child.browser.page().url)).at, 'door');
});

test('with nobody on record the page leads to the counter, and what rests on law goes on all the same', async (t) => {
  const child = await meetChild(house, rp, bornAgo(12));
  const { request, page } = await ask(child);
  t.is(page.title, words.guardian.noneTitle);
  const url = await press(child, words.guardian.withoutButton);
  if (!(url instanceof URL)) return t.fail(url.title);
  const tokens = await rp.redeem(request, url);
  t.is(tokens.status, 200);
  t.regex(String(tokens.body['scope']), /svc:phananh:gui/);
  t.deepEqual(purposesIn(tokens.body['access_token']), []);
  t.is((await ask(child)).page.title, words.guardian.noneTitle, 'asked again next time');
});

test('the waiting page says where the parent answers', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  await ask(child);
  await press(child, words.guardian.childSubmit, { [`purpose.${NOTICE}`]: 'given' });
  t.is(child.browser.page().title, words.guardian.waitTitle);
  t.true(child.browser.page().document.textContent.includes(`${new URL(house.issuer).host}/toi/con`));
});

test('the parent hears of the question by text message and by Zalo, without a name in either', async (t) => {
  const [child, mother] = [await meetChild(house, rp, bornAgo(12)), await meetAdult(house, rp)];
  await recordParent(house, mother, child);
  await ask(child);
  await press(child, words.guardian.childSubmit, { [`purpose.${NOTICE}`]: 'given' });
  const phone = internationalNumber(mother.person.phone);
  const told = () => ({ sms: house.sms.inbox(phone).find(({ text }) => text.includes('dai dien'))?.text, zalo: house.zalo.znsInbox(phone)[0] }); // prettier-ignore
  for (let i = 0; i < 100 && (told().sms === undefined || told().zalo === undefined); i += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const { sms, zalo } = told();
  t.is(zalo?.templateId, '100002');
  for (const text of [sms ?? '', zalo?.data['noi_dung'] ?? '']) {
    t.regex(text, /Mot em ban dai dien dang doi ban tra loi/);
    t.notRegex(text, /Ngoc|https?:/);
  }
  const own = await see(mother, `${house.issuer}/toi`);
  t.true(own.document.textContent.includes(words.notices.kinds.guardian_asked));
});

test('a parent without level 2 of the last minutes proves it first', async (t) => {
  const mother = await meetAdult(house, rp);
  t.is((await see(mother, `${house.issuer}/toi/con`)).title, words.guardian.title);
  await ageProofs(house, await accountOf(house, mother), 16 * 60);
  const page = await see(mother, `${house.issuer}/toi/con`);
  t.regex(page.url.pathname, /^\/interaction\//);
  t.true(Object.values(words.stepUp.title).includes(page.title));
});
