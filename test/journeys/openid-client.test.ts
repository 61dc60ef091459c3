// openid-client, a library nobody here wrote, as an independent client of the broker.

import test from 'ava';
import { decodeJwt } from 'jose';
import { openBrowser } from '../../sandbox/citizen/browser.ts';
import { seededPeople } from '../../sandbox/citizen/people.ts';
import { walk } from '../../sandbox/citizen/sign-in.ts';
import { callService } from '../../sandbox/relying-party/call-service.ts';
import { reportAudience } from '../../sandbox/story/story.ts';
import { wordsOf } from '../../views/words/words.ts';
import { useStage } from './stage.ts';

const stage = useStage({ feedIntervalMs: 500 });
const wanted = { scope: 'openid tn.level svc:phananh:gui', resource: reportAudience };
const words = wordsOf('vi').leave;

async function signIn(personIndex: number) {
  const { party, sandbox, services } = await stage.current().scene(() => {});
  const person = seededPeople[personIndex];
  if (person === undefined) throw new Error('no such person');
  const key = await party.newProofKey();
  const browser = openBrowser({ stopAt: ({ href }) => href.startsWith(party.registration.redirectUri) });
  const departure = await party.depart(key, wanted);
  const way = await walk(browser, departure.url, person, { sms: sandbox.sms });
  return { party, key, browser, departure, way, person, sandbox, services };
}

test('it logs in, asks who it is, and refreshes', async (t) => {
  const { party, key, departure, way } = await signIn(0);
  const tokens = await party.arrive(key, departure, way.callback);
  t.is(tokens.scope, 'svc:phananh:gui');
  const claims = decodeJwt(tokens.accessToken);
  t.is(claims.aud, reportAudience);
  t.not(claims.sub, tokens.subject, 'the service knows the citizen under another name than the client does');
  const renewed = await party.renew(key, tokens);
  t.true('tokens' in renewed);
  if ('tokens' in renewed) {
    t.not(renewed.tokens.accessToken, tokens.accessToken);
    t.is(decodeJwt(renewed.tokens.accessToken).sub, claims.sub);
  }
});

test('the authorization response names its issuer, and a code serves once', async (t) => {
  const { party, key, departure, way } = await signIn(1);
  t.is(way.callback.searchParams.get('iss'), stage.current().issuer);
  await party.arrive(key, departure, way.callback);
  await t.throwsAsync(party.arrive(key, departure, way.callback), {
    message: /.*/,
    code: 'OAUTH_RESPONSE_BODY_ERROR',
  });
});

test('another issuer in the response is refused before the code is sent anywhere', async (t) => {
  const { party, key, departure, way } = await signIn(2);
  const forged = new URL(way.callback);
  forged.searchParams.set('iss', 'https://id.example');
  await t.throwsAsync(party.arrive(key, departure, forged));
  t.truthy(await party.arrive(key, departure, way.callback), 'the code is still whole');
});

test('a second client of the same browser finds the citizen signed in, with nothing to ask', async (t) => {
  const { party, key, browser, departure, way, person, sandbox } = await signIn(3);
  await party.arrive(key, departure, way.callback);
  const again = await party.depart(key, wanted);
  const { steps } = await walk(browser, again.url, person, { sms: sandbox.sms });
  t.deepEqual(steps, []);
});

test('after logging out the token is refused, the refresh is refused and the next visit begins with Zalo', async (t) => {
  const { party, key, browser, departure, way, person, sandbox, services } = await signIn(4);
  const tokens = await party.arrive(key, departure, way.callback);
  const call = () =>
    callService(
      { accessToken: tokens.accessToken, key },
      { method: 'POST', url: `${services.report}/phan-anh`, body: { noiDung: 'Rác chưa dọn', viTri: 'Chợ' } },
    );
  t.is((await call()).outcome, 'done');
  const page = await browser.open(party.logoutUrl(`${stage.current().portal}/`));
  t.is(page.at === 'page' ? page.page.title : '', words.confirmTitle);
  const left = await browser.press(words.confirmYes);
  t.is(left.at === 'page' ? left.page.url.href : '', `${stage.current().portal}/`);
  t.deepEqual(await party.renew(key, tokens), { refused: 'invalid_grant' });
  const giveUpAt = Date.now() + 10_000;
  let outcome = (await call()).outcome;
  while (outcome === 'done' && Date.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    outcome = (await call()).outcome;
  }
  t.is(outcome, 'ended');
  const again = await party.depart(key, wanted);
  const { steps } = await walk(browser, again.url, person, { sms: sandbox.sms });
  t.is(steps[0], 'zalo');
});
