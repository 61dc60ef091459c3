import test from 'ava';
import { sql } from '../../database.ts';
import { newestCode } from '../../sandbox/citizen/sign-in.ts';
import { flipped } from '../cards/chip-cards.ts';
import { startHouse } from '../support/broker.ts';
import type { TestHouse } from '../support/broker.ts';
import { shown } from '../support/card.ts';
import { meetWithCard, openChipPage, sendChip } from '../support/chip.ts';
import { useDatabase } from '../support/database.ts';
import { createPortal } from '../support/rp.ts';
import type { Rp } from '../support/rp.ts';
import { accountOf } from '../support/visitor.ts';

// A chip read by a reader, through the pages and to the token.

let house: TestHouse;
let rp: Rp;
test.before(async () => {
  house = await startHouse((await useDatabase()).url);
  rp = await createPortal(house, 'cong-thu');
});
test.after.always(() => house?.stop());
test.afterEach.always(() => house.cardAuthority.resetKnobs());

test.serial('a card and a code make level 2, and the token names the evidence', async (t) => {
  const { visitor } = await meetWithCard(house);
  const request = await openChipPage(rp, visitor);
  const download = await fetch(`${house.cardAuthority.url}/cards/${visitor.person.personalNumber}.json`);
  const page = await sendChip(visitor, await download.text());
  t.is(page.status, 200);
  t.is(page.title, 'Số điện thoại nhận mã');
  await visitor.browser.press('Gửi mã cho tôi', { phone: visitor.person.phone });
  let arrival = await visitor.browser.press('Xác nhận', {
    code: await newestCode(house.sms.url, visitor.person.phone),
  });
  while (arrival.at === 'page') arrival = await visitor.go({ url: arrival.page.url.href }).then(({ callback }) => ({ at: 'door', url: callback }) as const); // prettier-ignore
  const { body } = await rp.redeem(request, arrival.url);
  const claims = JSON.parse(
    Buffer.from(String(body['id_token']).split('.')[1] ?? '', 'base64url').toString(),
  ) as { acr: string; amr: string[] }; // claims of our own ID token
  t.regex(claims.acr, /2$/);
  t.true(claims.amr.includes('otp'));
  t.false(claims.amr.includes('sc'), 'the chip may have answered long before this session');
  const accountId = await accountOf(house, visitor);
  const binding = await house.db.row<{ source: string; organisation: string; expires_at: Date }>(sql`
    select source, organisation, expires_at from identity_binding where account_id = ${accountId} and ended_at is null`);
  t.like(binding, { source: 'chip_c06', organisation: 'RAR (mô phỏng)' });
});

const bad: readonly [what: string, words: RegExp, change: (members: Record<string, string>) => unknown][] = [
  ['no JSON', /Không đọc được tệp này/, () => '<html>'],
  ['an empty object', /Không đọc được tệp này/, () => ({})],
  ['a list', /Không đọc được tệp này/, () => []],
  ['a nested object', /Không đọc được tệp này/, () => ({ sod: { toString: 'x' } })],
  ['another encoding', /Không đọc được tệp này/, (members) => ({ ...members, sod: '%%%' })],
  ['a file without its list', /Không đọc được tệp này/, ({ sod: _, ...rest }) => rest],
  ['a changed group', /không chứng minh được thẻ là thật/, (members) => ({ ...members, dg13: flipped(Buffer.from(members['dg13'] ?? '', 'base64'), 60).toString('base64') })],
]; // prettier-ignore
test.serial('files that are no card are refused in plain words, and the page stays', async (t) => {
  const { visitor, card } = await meetWithCard(house);
  await openChipPage(rp, visitor);
  for (const [what, words, change] of bad) {
    const made = change(card.read());
    const page = await sendChip(visitor, typeof made === 'string' ? made : JSON.stringify(made));
    t.is(page.status, 200, what);
    t.regex(page.document.querySelector('[role=alert]')?.text ?? '', words, what);
    t.truthy(page.document.querySelector('#tep[aria-invalid=true]'), what);
  }
  t.is((await sendChip(visitor, card.read())).title, 'Số điện thoại nhận mã');
});

test.serial('no file chosen costs no attempt; what leads nowhere shows the other ways only', async (t) => {
  const { visitor, card } = await meetWithCard(house);
  await openChipPage(rp, visitor);
  for (let i = 0; i < 12; i += 1) t.regex((await sendChip(visitor, '')).document.text, /Chưa có tệp nào/);
  house.cardAuthority.setKnobs({ revoked: [visitor.person.personalNumber] });
  const page = await sendChip(visitor, card.read());
  t.regex(page.document.text, /hiện không dùng để xác minh được/);
  t.is(page.document.querySelector('input[type=file]'), null);
  const choice = shown(await visitor.browser.press('Chọn cách khác'));
  t.truthy(choice.document.querySelector('#methods'));
});

test.serial('an authority that does not answer is told as such, and may be asked again', async (t) => {
  const { visitor, card } = await meetWithCard(house);
  await openChipPage(rp, visitor);
  house.cardAuthority.setKnobs({ fault: 'http503' });
  const reading = card.read();
  const page = await sendChip(visitor, reading);
  t.is(page.status, 503);
  t.regex(page.document.text, /Chưa hỏi được nơi cấp thẻ/);
  house.cardAuthority.resetKnobs();
  t.is((await sendChip(visitor, reading)).title, 'Số điện thoại nhận mã');
});

test.serial('uploads out of bounds are refused: type, size, parts, doubled names, no token', async (t) => {
  const { visitor } = await meetWithCard(house);
  await openChipPage(rp, visitor);
  const { url, document } = visitor.browser.page();
  const form = document.querySelector('form[enctype]');
  const csrf = form?.querySelector('input[name=csrf]')?.getAttribute('value') ?? '';
  const at = new URL(form?.getAttribute('action') ?? '', url);
  const cookie = await visitor.browser.cookies(at);
  const post = async (body: FormData | string, type?: string) => {
    const headers = { cookie, accept: 'text/html', ...(type === undefined ? {} : { 'content-type': type }) };
    const answer = await fetch(at, { method: 'POST', body, headers, redirect: 'manual' });
    await answer.text();
    return answer.status;
  };
  const upload = (parts: readonly (readonly [string, string | File])[]) => {
    const data = new FormData();
    for (const [name, value] of [['csrf', csrf] as const, ...parts]) data.append(name, value);
    return data;
  };
  const file = (text: string) => new File([text], 'a.json');
  t.is(await post(upload([['tep', file('{}')]])), 303, 'this one is read');
  t.is(await post(upload([['tep', file('x'.repeat(401 * 1024))]])), 400, 'size');
  t.is(
    await post(
      upload([
        ['tep', file('{}')],
        ['tep', file('{}')],
      ]),
    ),
    400,
    'a file twice',
  );
  t.is(await post(upload([['csrf', csrf]])), 400, 'a field twice');
  t.is(await post(upload([['a', 'x'.repeat(5_000)]])), 400, 'a long field');
  t.is(await post(upload(Array.from({ length: 20 }, (_, i) => [`n${i}`, 'x'] as const))), 400, 'parts');
  t.is(await post(upload(Array.from({ length: 6 }, (_, i) => [`f${i}`, file('x')] as const))), 400, 'files');
  t.is(await post('csrf=x&tep=y', 'application/x-www-form-urlencoded'), 400, 'type');
  t.is(await post('x', 'text/plain'), 400, 'type');
  t.is(await post('x', 'multipart/form-data'), 400, 'no boundary');
  t.is(await post('--b\r\ncontent-disposition: form-data; name="csrf"\r\n\r\nx', 'multipart/form-data; boundary=b'), 400, 'cut short'); // prettier-ignore
  t.is(await post('', 'multipart/form-data; boundary=b'), 400, 'empty');
  t.true([400, 403].includes(await post(`--b\r\n${'x: y\r\n'.repeat(5_000)}\r\n\r\n--b--`, 'multipart/form-data; boundary=b')), 'headers'); // prettier-ignore
  t.true([400, 403].includes(await post('{"tep":"x"}', 'application/json')), 'no token');
  t.is(await post('{', 'application/json'), 400, 'no JSON');
  t.is(await post('null', 'application/json'), 400, 'no object');
  const other = upload([['tep', file('{}')]]);
  other.set('csrf', 'x');
  t.is(await post(other), 403, 'a foreign form');
});
