// A citizen looks at what the portal knows of them, takes it back, and thinks again.

import test from 'ava';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { introduce, inventPerson } from '../../sandbox/citizen/people.ts';
import { walk } from '../../sandbox/citizen/sign-in.ts';
import { useStage } from './stage.ts';

const stage = useStage();

test('the portal shows what was agreed to, nothing once it is taken back, and asks only when it is asked to', async (t) => {
  const { issuer, portal, sandbox } = stage.current();
  const person = inventPerson();
  await introduce(person, sandbox);
  const passed = new Set<string>();
  const browser = openBrowser({
    stopAt: ({ href }) => href.startsWith(`${portal}/ve`) && !passed.has(href),
  });
  const text = () => browser.page().document.text;
  /** Presses a button of the portal, does what Tây Ninh ID asks, and lands on the portal again. */
  const fetchWith = async (button: string) => {
    const left = await browser.press(button);
    const walked =
      left.at === 'door'
        ? { callback: left.url, choices: {} }
        : await walk(browser, left.page.url, person, { sms: sandbox.sms });
    passed.add(walked.callback.href);
    await browser.open(walked.callback);
    t.is(browser.page().url.pathname, '/thong-tin');
    return walked.choices;
  };

  await browser.open(`${portal}/thong-tin`);
  t.regex(text(), /chưa biết gì về bạn/);
  t.deepEqual(await fetchWith('Lấy thông tin của tôi'), { 'cong.dien-san': 'given' });
  for (const known of [person.name, 'Ngày sinh', person.phone, 'Đăng nhập VNeID'])
    t.true(text().includes(known), known);
  t.false(text().includes(person.personalNumber));

  await browser.open(`${issuer}/toi`);
  await browser.follow('Rút lại');
  await browser.press('Rút lại');
  await browser.open(`${portal}/thong-tin`);
  t.regex(text(), /không cho cổng này xem thông tin/);
  t.false(text().includes(person.name));

  t.deepEqual(await fetchWith('Xem lại và chọn lại'), { 'cong.dien-san': 'given' });
  t.true(text().includes(person.name));
});

test('a form without the portal’s mark takes nobody anywhere', async (t) => {
  const answer = await fetch(`${stage.current().portal}/thong-tin`, { method: 'POST', redirect: 'manual' });
  t.is(answer.status, 403);
});
