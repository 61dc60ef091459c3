import test from 'ava';
import { performance } from 'node:perf_hooks';
import { sql } from '../../database.ts';
import { wordsOf } from '../../views/words/words.ts';
import { compareCard, meetRegistered, neutralText, openCardPage, typedCard } from '../support/card.ts';
import type { CardForm } from '../support/card.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf, LEVEL_ONE, signIn } from '../support/visitor.ts';

// Case 19 for personal numbers: who types numbers learns nothing about the people behind them.
const words = wordsOf('vi');
let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());

/** The stranger's first try with this card: what came back, and how long it took. */
async function firstTry(form: CardForm) {
  const stranger = await meetRegistered(house);
  await signIn(rp, stranger, LEVEL_ONE); // so that their own page opens afterwards
  await openCardPage(rp, stranger);
  const startedAt = performance.now();
  const page = await compareCard(stranger, { ...form, qr: '', mrz: '' });
  const tookMs = performance.now() - startedAt;
  const accountId = await accountOf(house, stranger);
  const events = await house.db.rows<{ kind: string; outcome: string }>(sql`
    select kind, outcome from access_event e join audit_stream s using (stream_id)
    where s.account_id = ${accountId} and kind like 'stepup.%' order by e.n`);
  const own = await stranger.open(`${house.issuer}/toi`);
  const trail = own.at === 'page' ? own.page.document.querySelector('.history')?.text.replaceAll(/\d{2}:\d{2}/g, '') : ''; // prettier-ignore
  return { page, tookMs, events, trail };
}

test.serial(
  'a wrong name, no such number, a replaced one and a person with an account are one answer',
  async (t) => {
    const owner = await meetRegistered(house);
    await openCardPage(rp, owner);
    const { url } = await compareCard(owner, typedCard(owner.person));
    await owner.go({ url: url.href });
    const exists = await meetRegistered(house);

    const tries: Record<string, CardForm> = {
      mismatch: { ...typedCard(exists.person), name: 'Trần Thị Không Đúng' },
      'not found': { ...typedCard(exists.person), number: '999190999999', year: '1990' },
      superseded: { number: '999091000013', name: 'Lê Văn Thu', day: '1', month: '1', year: '1991' },
      'bound elsewhere': typedCard(owner.person),
    };
    const answers = await Promise.all(Object.entries(tries).map(async ([what, form]) => ({ what, ...(await firstTry(form)) }))); // prettier-ignore
    const [first] = answers;
    if (first === undefined) return t.fail();
    for (const { what, page, tookMs, events, trail } of answers) {
      t.is(page.status, 400, what);
      t.is(page.title, words.card.title, what);
      t.is(neutralText(page), neutralText(first.page), what);
      t.true(tookMs >= 600, `${what}: ${tookMs} ms`);
      t.deepEqual(events.filter(({ kind }) => kind === 'stepup.card'), [{ kind: 'stepup.card', outcome: 'refused' }], what); // prettier-ignore
      t.regex(trail ?? '', /\S/, `${what}: the stranger's own page`);
      t.is(trail, first.trail, `${what}: the stranger's own page`);
      t.notRegex(
        page.document.text,
        /mismatch|not.?found|superseded|đã hủy|không tồn tại|đã có tài khoản/i,
        what,
      );
    }
    return t.pass();
  },
);

test.serial('one number cannot be guessed at by many accounts', async (t) => {
  const target = await meetRegistered(house);
  const form = { ...typedCard(target.person), name: 'Trần Thị Không Đúng' };
  const statuses = [];
  for (let stranger = 0; stranger < 7; stranger += 1) statuses.push((await firstTry(form)).page.status);
  t.deepEqual(statuses, [400, 400, 400, 400, 400, 429, 429]);
});

test.serial('forty forms at once ask the register three times', async (t) => {
  const stranger = await meetRegistered(house);
  await openCardPage(rp, stranger);
  const page = stranger.browser.page();
  const csrf = page.document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  const before = house.register.requests().length;
  const post = async (serial: number) => {
    const body = { csrf, ...typedCard(stranger.person), name: 'Trần Thị Không Đúng', number: `9991${stranger.person.birthdate.slice(2, 4)}${String(700_000 + serial)}` }; // prettier-ignore
    return (await compareCard(stranger, body)).status;
  };
  const statuses = await Promise.all(Array.from({ length: 40 }, (_, serial) => post(serial)));
  t.is(house.register.requests().length - before, 3);
  t.is(statuses.filter((status) => status === 400).length, 3);
  t.is(statuses.filter((status) => status === 429).length, 37);
});

test.serial('the log of all this names nobody', (t) => {
  t.notRegex(house.logged.join(''), /999[0-9]{9}|Không Đúng|Lê Văn Thu/);
});
