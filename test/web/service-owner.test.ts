// /can-bo/dich-vu: how a service fares, for who answers for it.

import test from 'ava';
import { parse } from 'node-html-parser';
import { takeDecisions } from '../../audit/decisions.ts';
import { sql } from '../../database.ts';
import { acceptInvitation, inviteStaff } from '../../staff/invitation.ts';
import { beginStaffSession } from '../../staff/session.ts';
import type { StaffRole } from '../../staff/store.ts';
import { wordsOf } from '../../views/words/words.ts';
import { PASSWORD } from '../counter/desk.ts';
import { axeViolations, openBrowser } from '../support/browser.ts';
import { startHouse, type TestHouse } from '../support/broker.ts';
import { useDatabase } from '../support/database.ts';
import { ask, DOSSIERS, REPORTS, type Reply } from '../support/rp.ts';
import { createSender, nowSeconds, record } from './decisions-sender.ts';

const words = wordsOf('vi').owner;
let house: TestHouse;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
});
test.after.always(() => house?.stop());

/** Somebody of the staff who is signed in. @returns the session's token */
async function session(login: string, role: StaffRole, serviceCode?: string): Promise<string> {
  const origin = new URL(house.issuer).host;
  const at = new Date();
  const communeCode = role === 'officer' ? '25459' : undefined;
  const token = await inviteStaff({ db: house.db, origin }, { login, role, unit: 'Đơn vị thử', communeCode, serviceCode }, at); // prettier-ignore
  const accepted = await acceptInvitation({ db: house.db, origin }, { token, password: PASSWORD }, at);
  if (accepted.outcome !== 'accepted') throw new Error('the invitation did not hold');
  const { staffId } = accepted;
  return house.db.transaction(() =>
    beginStaffSession({ db: house.db, origin }, { staffId, method: 'recovery' }, at),
  );
}

const open = (token: string | undefined, query = ''): Promise<Reply> =>
  ask(`${house.issuer}/can-bo/dich-vu${query}`, {
    headers: { accept: 'text/html', 'accept-language': 'vi', ...(token === undefined ? {} : { cookie: `__Host-tnid-staff=${token}` }) }, // prettier-ignore
  });
const textOf = ({ text }: Reply) => parse(text).text.replace(/\s+/g, ' ');

test.serial('an owner sees their own service and no other, existing or not', async (t) => {
  const owner = await session('dung.le', 'owner', 'hoso');
  const own = await open(owner);
  t.is(own.status, 200);
  t.is(own.headers.get('cache-control'), 'no-store');
  t.true(textOf(own).includes(words.title('Nộp hồ sơ trực tuyến')));
  t.is((await open(owner, '?dich-vu=hoso')).status, 200);
  for (const other of ['phananh', 'khong-co', 'HOSO', "hoso'--", ''])
    t.is((await open(owner, `?dich-vu=${encodeURIComponent(other)}`)).status, 403, other);
  t.false(own.text.includes('phananh'));
});

test.serial('operators and auditors see any service, and choose first', async (t) => {
  for (const role of ['operator', 'auditor'] as const) {
    const token = await session(`xem.${role}`, role);
    const choice = await open(token);
    t.is(choice.status, 200);
    t.true(choice.text.includes('/can-bo/dich-vu?dich-vu=phananh'));
    t.is((await open(token, '?dich-vu=phananh')).status, 200);
    t.is((await open(token, '?dich-vu=khong-co')).status, 404);
    t.is((await open(token, '?dich-vu=phananh&dich-vu=hoso')).status, 200, 'a doubled choice is none');
  }
});

test.serial('officers and approvers do not, and strangers are shown the door', async (t) => {
  for (const role of ['officer', 'approver'] as const) {
    const token = await session(`khong.${role}`, role);
    t.is((await open(token)).status, 403, role);
    t.is((await open(token, '?dich-vu=hoso')).status, 403, role);
  }
  for (const token of [undefined, 'sai', `'; drop table staff;--`.replaceAll(';', '')]) {
    const reply = await open(token, '?dich-vu=hoso');
    t.is(reply.status, 303);
    t.regex(reply.headers.get('location') ?? '', /^\/can-bo\/dang-nhap/);
  }
});

test.serial(
  'a service that never sent a record is told so, in words instead of empty drawings',
  async (t) => {
    const reply = await open(await session('moi.chu', 'owner', 'bhyt'));
    const text = textOf(reply);
    for (const sentence of [
      words.findings.never,
      words.requests.none,
      words.causes.none,
      words.conversion.none,
      words.latency.none,
      words.actions.none,
    ])
      // prettier-ignore
      t.true(text.includes(sentence), sentence);
    t.is(parse(reply.text).querySelectorAll('.chart').length, 0);
  },
);

test.serial(
  'what guards sent stands on the page in numbers, drawings and tables, and nobody’s pseudonym',
  async (t) => {
    const sender = await createSender(house, 'phananh', REPORTS);
    const allowed = Array.from({ length: 30 }, () => record({ action: 'phananh.gui', took_ms: 80 }));
    const refused = ['level', 'level', 'action', 'unavailable'].map((cause) => record({ action: 'phananh.gui', allow: false, failed: [cause] })); // prettier-ignore
    const records = [...allowed, ...refused];
    t.is((await sender.send({ records, dropped: 4 })).status, 202);
    await house.db.run(sql`
    insert into service_hour (service_id, hour, kind, name, n, last_at)
    select ${REPORTS}, date_trunc('hour', now()), kind, '', n, now()
    from (values ('started', 40), ('reached', 12), ('tokens', 1234)) as c (kind, n)`);
    const reply = await open(await session('linh.phan', 'owner', 'phananh'));
    const text = textOf(reply);
    for (const said of [
      words.findings.unavailable('1'),
      words.findings.unknownAction('1'),
      words.findings.dropped('4'),
      words.findings.conversion('30 %'),
      `${words.causes.names.level}: 2`,
      words.causes.todos.level,
      '1.234',
      words.conversion.share('12', '30 %'),
    ])
      t.true(text.includes(said), said);
    t.regex(text, /Bộ kiểm tra chậm: cứ 100 lượt thì 5 lượt mất hơn [789]\d ms/);
    const page = parse(reply.text);
    t.is(page.querySelectorAll('.chart').length, 5);
    t.is(page.querySelectorAll('svg[role=img]').filter((one) => (one.getAttribute('aria-label') ?? '').length > 20).length, 10); // prettier-ignore
    t.is(page.querySelectorAll('script, style, [style], img, iframe').length, 0);
    for (const { sub_hash: sub, jti_hash: jti, decision_id: id } of records)
      for (const secret of [sub, jti, id]) t.false(reply.text.includes(String(secret)));
    const month = textOf(await open(await session('linh.hai', 'owner', 'phananh'), '?ky=30-ngay'));
    t.true(month.includes('1.234') && month.includes(words.conversion.share('12', '30 %')));
  },
);

test.serial('two hours of silence are a finding, one is not', async (t) => {
  const token = await session('im.lang', 'operator');
  const silentFor = async (minutes: number) => {
    await house.db.run(sql`delete from service_hour where service_id = ${DOSSIERS}`);
    const at = new Date((nowSeconds() - minutes * 60) * 1000);
    const decisionId = `d_${String(minutes).padStart(16, '0')}`;
    const one = { decisionId, at, action: 'hoso.xem', allow: true, failed: [], subHash: undefined, clientId: undefined, acr: undefined, ageSeconds: undefined, catalogueVersion: undefined, jtiHash: undefined, tookMs: undefined }; // prettier-ignore
    await takeDecisions(house.db, { serviceId: DOSSIERS, ownActions: new Set(), records: [one], dropped: 0 }, new Date()); // prettier-ignore
    return textOf(await open(token, '?dich-vu=hoso'));
  };
  t.notRegex(await silentFor(61), /không nhận được bản ghi nào/);
  t.regex(await silentFor(125), /Đã 2 giờ không nhận được bản ghi nào/);
  t.regex(await silentFor(50 * 60), /Đã 2 ngày không nhận được bản ghi nào/);
});

test.serial(
  'a real browser draws it under our policy, by day and by night, and axe has nothing to say',
  async (t) => {
    t.timeout(60_000);
    const token = await session('trinh.duyet', 'owner', 'phananh');
    for (const [width, colorScheme] of [
      [360, 'light'],
      [1280, 'light'],
      [360, 'dark'],
    ] as const) {
      // By header: the debugger sets no __Host- cookie on plain http.
      const context = await (await openBrowser()).newContext({ viewport: { width, height: 800 }, colorScheme, locale: 'vi', extraHTTPHeaders: { cookie: `__Host-tnid-staff=${token}` } }); // prettier-ignore
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => void complaints.push(message.text()));
      await page.goto(`${house.issuer}/can-bo/dich-vu`);
      t.deepEqual(await axeViolations(page), [], `${width} ${colorScheme}`);
      const drawn = page.locator(width < 800 ? '.chart-narrow' : '.chart-wide');
      t.is(await drawn.count(), 5);
      t.true(((await drawn.first().boundingBox())?.height ?? 0) > 150);
      t.deepEqual(complaints, [], 'the policy refused nothing');
      t.is(await page.locator('summary').first().isVisible(), true);
      await context.close();
    }
  },
);
