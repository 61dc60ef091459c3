// The main job, played over real HTTP by a citizen who did not exist a moment ago. Each line that
// is printed was checked; the first thing that is not as promised ends the story.

import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser, type Browser } from '../citizen/browser.ts';
import { introduce, inventPerson, type Person } from '../citizen/people.ts';
import { walk, type Walk } from '../citizen/sign-in.ts';
import { callService, type Challenge } from '../relying-party/call-service.ts';
import type { ProofKey, Tokens, Wanted } from '../relying-party/relying-party.ts';
import { ledgerLines } from './ledger-lines.ts';
import { expect, expectToken, factsOf, receiptOf, step, type Scene } from './scene.ts';

export const reportAudience = 'https://phananh.dichvu.tayninh.gov.vn';
export const dossierAudience = 'https://hoso.dichvu.tayninh.gov.vn';

const DOSSIER = { loai: 'Đăng ký lớp tin học cho người cao tuổi', noiDung: 'Tôi xin đăng ký lớp tháng 12.' };
const REPORT = { noiDung: 'Đèn đường hỏng trước cổng trường.', viTri: 'Đường 30/4, phường Tân Ninh' };
const WITHDRAWAL = 'Rút lại đồng ý';
const FILING_PURPOSE = 'Tiếp nhận và xử lý hồ sơ';
// What the issue promises: a withdrawal reaches every service within this.
const WITHDRAWN_WITHIN_SECONDS = 10;

type Cast = {
  readonly scene: Scene;
  readonly person: Person;
  readonly browser: Browser;
  readonly key: ProofKey;
};

/** @throws Error with one sentence when something is not as promised */
export async function playStory(scene: Scene): Promise<void> {
  const startedAt = new Date(Date.now() - 1_000);
  const person = inventPerson();
  await introduce(person, scene.sandbox);
  const { redirectUri } = scene.party.registration;
  const browser = openBrowser({ stopAt: ({ href }) => href.startsWith(redirectUri) });
  const cast = { scene, person, browser, key: await scene.party.newProofKey() };
  scene.tell(`Câu chuyện của ${person.name} (người không có thật):`);

  await report(cast);
  const challenge = await refusedAtLevelOne(cast);
  const filed = await stepUp(cast, challenge);
  await withdrawal(cast, filed);
  await audit(cast, startedAt);
}

async function report(cast: Cast): Promise<void> {
  const { scene } = cast;
  await step(scene, '1. Đăng nhập bằng Zalo, mức 1', async () => {
    const { tokens, way } = await signIn(cast, {
      scope: 'openid tn.level svc:phananh:gui',
      resource: reportAudience,
    });
    expect(way.steps.includes('zalo-permission'), 'the Zalo page was shown');
    expect(!way.steps.includes('vneid'), 'level 1 asks for nothing more');
    const facts = factsOf(tokens);
    expectToken(facts, { acr: `${scene.acrBase}1`, audience: reportAudience, lifeSeconds: 600 });
    const answer = await post(cast, tokens, `${scene.services.report}/phan-anh`, REPORT);
    return { note: `phản ánh ${receiptOf(answer)} đã được tiếp nhận`, value: undefined };
  });
}

async function refusedAtLevelOne(cast: Cast): Promise<Challenge> {
  const { scene } = cast;
  return step(scene, '2. Nộp hồ sơ bằng mức 1', async () => {
    const wanted = { scope: 'openid tn.level svc:hoso:chuan-bi', resource: dossierAudience };
    const { tokens } = await signIn(cast, wanted);
    expectToken(factsOf(tokens), { acr: `${scene.acrBase}1`, audience: dossierAudience, lifeSeconds: 600 });
    const answer = await post(cast, tokens, `${scene.services.dossier}/ho-so`, DOSSIER);
    expect(answer.outcome === 'step-up', `the service asks for a step-up (it said ${answer.outcome})`);
    const { acrValues, maxAgeSeconds, scope } = answer.challenge;
    expect(
      acrValues === `${scene.acrBase}2` && scope === 'svc:hoso:nop',
      'the challenge names level 2 and the scope',
    );
    return { note: `401, cần mức 2 trong ${maxAgeSeconds} s (RFC 9470)`, value: answer.challenge };
  });
}

async function stepUp(cast: Cast, challenge: Challenge): Promise<Tokens> {
  const { scene } = cast;
  return step(scene, '3. VNeID và mã tin nhắn, mức 2', async () => {
    const { tokens, way } = await signIn(cast, {
      scope: `openid tn.level ${challenge.scope}`,
      resource: dossierAudience,
      acrValues: challenge.acrValues,
      maxAgeSeconds: challenge.maxAgeSeconds,
    });
    expect(
      way.steps.includes('vneid-hub') && way.steps.includes('code'),
      'VNeID and the code were asked for',
    );
    expect(way.choices['hoso.xu-ly'] === 'given', 'the consent page asked about the filing');
    const facts = factsOf(tokens);
    expectToken(facts, { acr: `${scene.acrBase}2`, audience: dossierAudience, lifeSeconds: 300 });
    const answer = await post(cast, tokens, `${scene.services.dossier}/ho-so`, DOSSIER);
    return {
      note: `token JWT ES256, DPoP, 300 s; hồ sơ ${receiptOf(answer)} đã được tiếp nhận`,
      value: tokens,
    };
  });
}

async function withdrawal(cast: Cast, filed: Tokens): Promise<void> {
  const { scene, browser, key } = cast;
  const renewed = await step(scene, '4. Đồng ý ghi theo từng việc', async () => {
    const answer = await scene.party.renew(key, filed);
    expect('tokens' in answer, 'a refresh works while the consent stands');
    const mine = await browser.open(`${scene.issuer}/toi`);
    expect(mine.at === 'page' && mine.page.status === 200, 'the citizen sees their own page');
    const shown = mine.page.document.text;
    expect(shown.includes(FILING_PURPOSE), 'the consent stands on the page');
    expect(
      shown.includes('Nhắn tin khi hồ sơ có thay đổi') && shown.includes('Không đồng ý'),
      'the refusal stands beside it',
    );
    return { note: 'hoso.xu-ly đồng ý, hoso.bao-tin không đồng ý; làm mới token được', value: answer.tokens };
  });
  await step(scene, '   Rút lại đồng ý', async () => {
    await browser.follow(`${WITHDRAWAL}: ${FILING_PURPOSE}`);
    const done = await browser.press(WITHDRAWAL);
    const withdrawnAt = Date.now();
    expect(done.at === 'page' && done.page.title.includes('đã rút lại'), 'the withdrawal is confirmed');
    const refresh = await scene.party.renew(key, renewed);
    expect('refused' in refresh && refresh.refused === 'invalid_grant', 'the next refresh is refused');
    const seconds = await refusedAfter(cast, filed, withdrawnAt);
    return {
      note: `làm mới token bị từ chối (invalid_grant); tiện ích từ chối token cũ sau ${seconds.toFixed(1)} s`,
      value: undefined,
    };
  });
}

// The token is still within its life: only the watermark feed can have told the service.
async function refusedAfter(cast: Cast, old: Tokens, withdrawnAt: number): Promise<number> {
  for (;;) {
    const answer = await post(cast, old, `${cast.scene.services.dossier}/ho-so`, DOSSIER);
    const seconds = (Date.now() - withdrawnAt) / 1000;
    if (answer.outcome === 'ended') {
      expect(answer.reason === 'consent_withdrawn', `the service says why (it said ${answer.reason})`);
      expect(old.expiresAt.getTime() > Date.now(), 'the token has not simply expired');
      return seconds;
    }
    expect(seconds <= WITHDRAWN_WITHIN_SECONDS, `the service refuses within ${WITHDRAWN_WITHIN_SECONDS} s`);
    await sleep(200);
  }
}

async function audit({ scene }: Cast, since: Date): Promise<void> {
  const events = await step(scene, '5. Sổ kiểm toán', async () => {
    // Issues of tokens are written in batches, a moment after the answer.
    const giveUpAt = Date.now() + 5_000;
    let found = await scene.events(since);
    while (found.filter(({ kind }) => kind === 'token.issued').length < 4 && Date.now() < giveUpAt) {
      await sleep(100);
      found = await scene.events(since);
    }
    const kinds = new Set(found.map(({ kind }) => kind));
    for (const kind of [
      'login.zalo',
      'stepup.vneid',
      'stepup.code_sent',
      'stepup.completed',
      'identity.bound',
      'token.issued',
    ]) {
      expect(kinds.has(kind), `${kind} is in the ledger`);
    }
    expect(
      found.some(({ log, purposeId }) => log === 'consent' && purposeId === 'hoso.xu-ly'),
      'the consent is in the ledger',
    );
    return { note: `${found.length} sự kiện, không có tên và số của ai`, value: found };
  });
  for (const line of ledgerLines(events)) scene.tell(`    ${line}`);
}

async function signIn(cast: Cast, wanted: Wanted): Promise<{ tokens: Tokens; way: Walk }> {
  const { scene, person, browser, key } = cast;
  const departure = await scene.party.depart(key, wanted);
  const way = await walk(browser, departure.url, person, {
    sms: scene.sandbox.sms,
    // One yes and one no, so that the ledger shows that each purpose has its own answer.
    choose: (purpose) => (purpose === 'hoso.xu-ly' ? 'given' : 'refused'),
  });
  return { tokens: await scene.party.arrive(key, departure, way.callback), way };
}

const post = ({ key }: Cast, { accessToken }: Tokens, url: string, body: object) =>
  callService({ accessToken, key }, { method: 'POST', url, body });
