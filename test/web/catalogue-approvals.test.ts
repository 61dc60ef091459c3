import test from 'ava';
import { loadCatalogue } from '../../catalogue/load.ts';
import { proposeCatalogue } from '../../catalogue/propose.ts';
import type { Proposed } from '../../catalogue/propose.ts';
import { publishProposal } from '../../catalogue/publish.ts';
import { findPublished } from '../../catalogue/published.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { sql } from '../../database.ts';
import { disableStaff } from '../../staff/disable.ts';
import { findStaff } from '../../staff/store.ts';
import { hire, signInAs } from '../counter/people.ts';
import type { Employee } from '../counter/people.ts';
import { servicesFolder } from '../catalogue/files.ts';
import { houseOn, weaker } from '../catalogue/publishing.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { wordsOf } from '../../views/words/words.ts';

const words = wordsOf('vi');
const DESK = '/can-bo/danh-muc';
let house: TestHouse;
let files: Catalogue;
let operatorId: string;
let approvers: readonly Employee[];
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  files = await loadCatalogue(servicesFolder);
  await hire(house, 'van.hanh', 'operator');
  operatorId = (await findStaff(house.db, 'van.hanh'))?.id ?? '';
  approvers = [await hire(house, 'lan.pham', 'approver'), await hire(house, 'son.le', 'approver')];
});
test.after.always(() => house?.stop());

const propose = (minutes: number): Promise<Proposed> =>
  proposeCatalogue(houseOn(house.db), { catalogue: weaker(files, minutes), operatorId }, new Date());
const publish = ({ id }: Proposed) => publishProposal(houseOn(house.db), { id, operatorId }, new Date());
const approver = (n: number): Employee => {
  const found = approvers[n];
  if (found === undefined) throw new Error('no such approver');
  return found;
};
const open = async ({ browser }: Employee, { id }: Pick<Proposed, 'id'>) => {
  await browser.open(`${house.issuer}${DESK}/${id}`);
  return browser.page();
};

test.serial('an approver who has only set a password does not work yet', async (t) => {
  const { browser } = approver(0);
  await browser.open(`${house.issuer}${DESK}`);
  t.is(browser.page().title, words.staffSafety.title);
  const proposed = await propose(60);
  t.is((await open(approver(0), proposed)).title, words.staffSafety.title);
});

test.serial('signing in leads an approver to what waits', async (t) => {
  for (const one of approvers) {
    await signInAs(house, one);
    t.is(one.browser.page().url.pathname, DESK);
    t.is(one.browser.page().title, words.catalogueDesk.title);
    t.true(one.browser.page().document.text.includes(weaker(files, 60).version));
  }
});

test.serial(
  'two approvers read the change in sentences, give a reason, and it may be published',
  async (t) => {
    const proposed = await propose(60);
    const [first, second] = [approver(0), approver(1)];
    await first.browser.open(`${house.issuer}${DESK}`);
    await first.browser.follow(`${words.catalogueDesk.look}: ${proposed.version}`);
    const { document, title } = first.browser.page();
    t.is(title, words.catalogueDesk.oneTitle(proposed.version));
    for (const said of ['hoso.nop', 'Nới quy tắc', '15 phút', '1 giờ', 'van.hanh', proposed.sha256])
      t.true(document.text.includes(said), said);

    await first.browser.press('approved', { reason: '  ' });
    t.is(first.browser.page().status, 400);
    t.true(first.browser.page().document.text.includes(words.catalogueDesk.errors.reason));
    await first.browser.press('approved', { reason: 'Công văn 12/SKHCN <b>' });
    t.is(first.browser.page().title, words.catalogueDesk.done.approved);
    t.deepEqual(await publish(proposed), { outcome: 'waits', approvals: 1 });

    const again = await open(first, proposed);
    t.true(again.document.text.includes(words.catalogueDesk.yours));
    t.false(first.browser.hasButton('approved'));

    const seen = await open(second, proposed);
    t.true(
      seen.document.text.includes('Công văn 12/SKHCN <b>'),
      'who approves second reads why the first did',
    );
    await second.browser.press('approved', { reason: 'Đồng ý theo họp ngày 20/11' });
    t.is(second.browser.page().title, words.catalogueDesk.done.approved);
    t.like(await publish(proposed), { outcome: 'published', direction: 'weaker' });
    files = (await findPublished(house.db))?.catalogue ?? files;
    const page = await open(first, proposed);
    t.true(page.document.text.includes(words.catalogueDesk.states.published));
  },
);

test.serial('of five presses at once one counts', async (t) => {
  const proposed = await propose(120);
  const one = approver(0);
  await open(one, proposed);
  const csrf = one.browser.page().document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  const url = new URL(`${house.issuer}${DESK}/${proposed.id}`);
  const cookie = await one.browser.cookies(url);
  const places = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const body = new URLSearchParams({ csrf, reason: 'được', verdict: 'approved' });
      const answer = await fetch(url, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
      return answer.headers.get('location');
    }),
  );
  t.is(places.filter((place) => place === `${DESK}/xong/approved`).length, 1);
  t.is(places.filter((place) => place === `${DESK}/xong/spoken`).length, 4);
});

test.serial('who refuses ends it for both', async (t) => {
  const proposed = await propose(180);
  await open(approver(1), proposed);
  await open(approver(0), proposed);
  await approver(0).browser.press('refused', { reason: 'chưa có căn cứ' });
  t.is(approver(0).browser.page().title, words.catalogueDesk.done.refused);
  await approver(1).browser.press('approved', { reason: 'trang cũ' });
  t.is(approver(1).browser.page().title, words.catalogueDesk.done.ended);
  t.deepEqual(await publish(proposed), { outcome: 'ended' });
});

test.serial('the desk is for approvers: others get 403, strangers the door', async (t) => {
  const proposed = await propose(240);
  const post = async (cookie: string, fields: Record<string, string>) =>
    (await fetch(`${house.issuer}${DESK}/${proposed.id}`, { method: 'POST', body: new URLSearchParams(fields), headers: { cookie }, redirect: 'manual' })).status; // prettier-ignore
  for (const [login, role, commune] of [
    ['hoa.tran', 'officer', '25459'],
    ['kim.do', 'auditor', undefined],
    ['tam.vu', 'operator', undefined],
  ] as const) {
    // prettier-ignore
    const other = await hire(house, login, role, commune);
    await signInAs(house, other);
    for (const path of [DESK, `${DESK}/${proposed.id}`, `${DESK}/xong/approved`]) {
      await other.browser.open(`${house.issuer}${path}`);
      t.is(other.browser.page().status, 403, `${role} ${path}`);
    }
    await other.browser.open(`${house.issuer}/can-bo/bao-mat`);
    const csrf = other.browser.page().document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
    const cookie = await other.browser.cookies(new URL(house.issuer));
    t.is(await post(cookie, { csrf, verdict: 'approved', reason: 'x' }), 403, role);
  }
  const stranger = openBrowser();
  await stranger.open(`${house.issuer}${DESK}/${proposed.id}`);
  t.is(stranger.page().title, words.staffDoor.title);
  t.is(await post('', { verdict: 'approved', reason: 'x' }), 401);
  const cookie = await approver(0).browser.cookies(new URL(house.issuer));
  t.is(await post(cookie, { verdict: 'approved', reason: 'x' }), 403, 'a form of another site');
  const rows = await house.db.rows(
    sql`select 1 as one from catalogue_approval where proposal_id = ${proposed.id}`,
  );
  t.is(rows.length, 0);
});

test.serial('wrong addresses and words are refused without an error', async (t) => {
  const one = approver(0);
  for (const path of ['x', '00000000-0000-4000-8000-000000000000', 'xong/x', 'xong/__proto__', '%00']) {
    await one.browser.open(`${house.issuer}${DESK}/${path}`);
    t.is(one.browser.page().status, 404, path);
  }
  const proposed = await propose(300);
  await open(one, proposed);
  const csrf = one.browser.page().document.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  const cookie = await one.browser.cookies(new URL(house.issuer));
  for (const verdict of ['', 'published', '__proto__']) {
    const body = new URLSearchParams({ csrf, reason: 'x', verdict });
    t.is((await fetch(`${house.issuer}${DESK}/${proposed.id}`, { method: 'POST', body, headers: { cookie } })).status, 400, verdict); // prettier-ignore
  }
  await disableStaff({ db: house.db, origin: new URL(house.issuer).host }, 'lan.pham', new Date());
  t.is((await fetch(`${house.issuer}${DESK}/${proposed.id}`, { method: 'POST', body: new URLSearchParams({ csrf, reason: 'x', verdict: 'approved' }), headers: { cookie } })).status, 401); // prettier-ignore
  t.deepEqual(house.logged.filter((line) => line.includes('"level":"error"')), []); // prettier-ignore
  t.false(house.logged.join('\n').includes('Công văn 12/SKHCN'), 'what somebody wrote is in no log');
});
