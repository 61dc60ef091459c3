// What the law reserves for VNeID, walked (law contract §2.6): a proven person is shown the way to the
// national portal, nothing of theirs goes along, and nothing is kept but the decision.

import test from 'ava';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import { walk } from '../../sandbox/citizen/sign-in.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const handoverTitle = 'Bạn nộp tại Cổng Dịch vụ công quốc gia';

type Logged = { readonly nhatKy: readonly { action: string; allow: boolean; failed: readonly string[] }[] };

test('an administrative procedure ends at the national portal, proven by VNeID, with nothing stored', async (t) => {
  const { portal, sandbox, services } = stage.current();
  const person = inventPerson();
  await introduce(person, sandbox);
  const isBack = ({ href }: URL) => href.startsWith(`${portal}/ve`);

  const browser = openBrowser({ stopAt: (url) => isBack(url) && !url.searchParams.has('opened') });
  await browser.open(`${portal}/`);
  await browser.follow('Làm thủ tục hành chính');
  t.is(browser.page().title, 'Làm thủ tục hành chính');

  // Signed in at level 1 first; then the service asks for VNeID; then it hands over.
  const left = await browser.press('Tiếp tục');
  const steps: string[] = [];
  let arrival = left;
  for (let round = 0; round < 3 && browser.page().title !== handoverTitle; round += 1) {
    const start = arrival.at === 'page' ? arrival.page.url : arrival.url;
    const { callback, steps: met } = await walk(browser, start, person, { sms: sandbox.sms });
    steps.push(...met);
    callback.searchParams.append('opened', '1');
    arrival = await browser.open(callback);
  }
  t.true(steps.includes('vneid-hub'), steps.join(', '));
  t.is(browser.page().title, handoverTitle);
  t.is(browser.page().url.href, `${portal}/cong-quoc-gia`);

  const links = browser
    .page()
    .document.querySelectorAll('a[href]')
    .map((link) => link.getAttribute('href') ?? '');
  t.deepEqual(
    links.filter((href) => href.includes('dichvucong')),
    ['https://dichvucong.gov.vn/'],
    'the bare address: no token, no name, no number',
  );
  const elsewhere = browser.hops().filter(({ url }) => url.includes('dichvucong.gov.vn'));
  t.deepEqual(elsewhere, [], 'the person follows the link; we send nobody');

  const response = await fetch(`${services.dossier}/nhat-ky?action=hoso.nop-tthc`);
  const { nhatKy } = (await response.json()) as Logged; // the demo service's own answer
  t.deepEqual(
    nhatKy.map(({ allow, failed }) => [allow, failed.at(-1)]),
    nhatKy.map(() => [false, 'handover']),
  );
  t.deepEqual(nhatKy[0]?.failed, ['handover'], 'the newest: everything was proven');
  t.false(JSON.stringify(nhatKy).includes(person.personalNumber));
  t.false(JSON.stringify(nhatKy).includes(person.name));
});

test('the way to the national portal cannot be opened or asked for out of order', async (t) => {
  const { portal } = stage.current();
  const early = await fetch(`${portal}/cong-quoc-gia`, { redirect: 'manual' });
  t.is(early.headers.get('location'), '/thu-tuc');
  const forged = await fetch(`${portal}/thu-tuc`, {
    method: 'POST',
    body: new URLSearchParams({ csrf: 'x' }),
  });
  t.is(forged.status, 403);
});
