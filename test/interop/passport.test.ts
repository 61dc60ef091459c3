// Passport in an Express application, with the strategy of openid-client: PAR, DPoP, private_key_jwt.

import test from 'ava';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { walk } from '../../sandbox/citizen/sign-in.ts';
import { wordsOf } from '../../views/words/words.ts';
import { freePort } from '../support/broker.ts';
import { DOSSIERS } from '../support/rp.ts';
import { meet } from '../support/visitor.ts';
import { useGround } from './ground.ts';
import { startPassportApp } from './passport-app.ts';

const ground = useGround();
const words = wordsOf('vi').leave;

async function openApp(clientId: string) {
  const { house, dossier, addPortal } = ground.current();
  const port = await freePort();
  const privateJwk = await addPortal(clientId, `http://localhost:${port}/ve`);
  const service = { url: dossier.url, audience: DOSSIERS };
  const app = await startPassportApp({ issuer: house.issuer, port, clientId, privateJwk, service });
  const { person } = await meet(house);
  // Stops where the citizen comes back, once for each sign-in, so that the walk has an end.
  let stop = true;
  const browser = openBrowser({
    stopAt: ({ href }) => stop && href.startsWith(`${app.url}/ve?`),
  });
  /** From a page of the application through Tây Ninh ID and back to a page of the application. */
  const through = async (path: string) => {
    stop = true;
    const { callback, steps } = await walk(browser, new URL(`${app.url}${path}`), person, { sms: house.sms.url }); // prettier-ignore
    stop = false;
    const back = await browser.open(callback);
    return { callback, steps, title: back.at === 'page' ? back.page.title : '' };
  };
  return { house, app, browser, through };
}

test('an Express application with Passport signs in, steps up, files, renews and leaves', async (t) => {
  const { house, app, browser, through } = await openApp('passport');
  t.teardown(() => app.stop());
  const acr = (level: number) => `${house.config.TNID_ACR_BASE}${level}`;

  const first = await through('/vao');
  t.is(first.callback.searchParams.get('iss'), house.issuer);
  t.is(JSON.parse(first.title).acr, acr(1));

  await through('/chuan-bi');
  const high = await through('/nop');
  t.true(high.steps.includes('vneid'));
  t.is(JSON.parse(high.title).acr, acr(2));
  t.is(JSON.parse(high.title).sub, JSON.parse(first.title).sub);

  const filed = await browser.open(`${app.url}/nop`);
  t.is(filed.at === 'page' ? filed.page.title : '', 'Đã nộp: 201');
  const renewed = await browser.open(`${app.url}/gia-han`);
  t.is(renewed.at === 'page' ? renewed.page.title : '', 'Đã gia hạn');

  await browser.open(`${app.url}/ra`);
  const left = await browser.press(words.confirmYes);
  t.is(left.at === 'page' ? left.page.url.href : '', `${app.url}/`);
  const after = await browser.open(`${app.url}/gia-han`);
  t.is(after.at === 'page' ? after.page.title : '', 'invalid_grant');
});

test('a callback that nobody asked for signs nobody in', async (t) => {
  const { app, browser } = await openApp('passport-2');
  t.teardown(() => app.stop());
  const stranger = openBrowser();
  const page = await stranger.open(`${app.url}/ve?code=abc&iss=${encodeURIComponent(ground.current().house.issuer)}`); // prettier-ignore
  t.is(page.at === 'page' ? page.page.status : 0, 401);
  const home = await browser.open(`${app.url}/`);
  t.is(home.at === 'page' ? home.page.title : '', 'Chưa đăng nhập');
});
