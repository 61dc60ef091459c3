// The twin's template messages, seen from outside: contract §6, §7; U22-U25.

import { createHash } from 'node:crypto';
import test from 'ava';
import type { KnobChange } from '../../sandbox/zalo/knobs.ts';
import { get, oaTokenOf, post, withTwin } from './zalo-oa-bench.ts';

const template = { phone: '84912345678', template_id: '1', template_data: { otp: '123456' } };
const zns: readonly (readonly [title: string, knobs: KnobChange, change: object, error: number])[] = [
  ['+84 is taken', {}, { phone: '+84912345678' }, 0],
  ['0 is taken', {}, { phone: '0912345678' }, 0],
  ['nine digits are taken', {}, { phone: '912345678' }, 0],
  ['strict: only 84', { 'zns.phone': 'strict' }, { phone: '0912345678' }, -108],
  ['strict: 84', { 'zns.phone': 'strict' }, {}, 0],
  ['a number template id', {}, { template_id: 1 }, 0],
  ['a template id of letters', {}, { template_id: 'x' }, -109],
  ['no data', {}, { template_data: {} }, -111],
  ['data that is no text', {}, { template_data: { otp: 1 } }, -111],
  ['a reference of 49 characters', {}, { tracking_id: 'x'.repeat(49) }, -132],
  ['a reference is required', { 'zns.track': 'required' }, {}, -132],
  ['night for all', { 'zns.night': 'all' }, {}, -133],
  ['night, but not for codes', { 'zns.night': 'nonOtp' }, {}, 0],
  ['night for notices', { 'zns.night': 'nonOtp' }, { template_data: { noi_dung: 'x' } }, -133],
  ['an unknown sending mode', {}, { sending_mode: '2' }, -161],
  ['a trial to an admin', {}, { mode: 'development' }, 0],
  ['a trial to somebody else', {}, { mode: 'development', phone: '84987654321' }, -127],
];
for (const [title, knobs, change, error] of zns) {
  test(`template message: ${title}: ${error}`, async (t) => {
    await withTwin({ 'zns.delay': 'never', ...knobs }, async (twin) => {
      const answer = await post(twin, '/message/template', await oaTokenOf(twin), { ...template, ...change });
      t.is(answer.error, error);
      t.is(twin.znsInbox('+84912345678').length, error === 0 ? 1 : 0);
    });
  });
}

test('the dead token’s number, the trial’s shape and a reference used twice follow their knobs', async (t) => {
  await withTwin({ 'zns.authCode': -220, 'zns.delay': 'never' }, async (twin) => {
    t.is((await post(twin, '/message/template', 'x', template)).error, -220);
    const token = await oaTokenOf(twin);
    t.truthy((await post(twin, '/message/template', token, { ...template, mode: 'development' })).data);
    twin.setKnobs({ 'zns.devShape': 'top' });
    const top = await post(twin, '/message/template', token, { ...template, mode: 'development' });
    t.is(top.data, undefined);
    t.truthy(top['msg_id']);
    twin.setKnobs({ 'zns.dedupe': 'on' });
    const once = { ...template, tracking_id: 'ref' };
    const [one, two] = [await post(twin, '/message/template', token, once), await post(twin, '/message/template', token, once)]; // prettier-ignore
    t.is(one.data?.['msg_id'], two.data?.['msg_id']);
    t.is(twin.znsInbox('+84912345678').length, 3);
  });
});

test('a message by the hash of its number, its state, and the quota', async (t) => {
  await withTwin({ 'zns.delay': 600 }, async (twin) => {
    const token = await oaTokenOf(twin);
    const byHash = (text: string) =>
      post(twin, '/message/template/hashphone', token, { ...template, hash_phone: createHash('sha256').update(text).digest('hex') }); // prettier-ignore
    t.is((await byHash('0912345678')).error, -118);
    const sent = await byHash('84912345678');
    const state = () => get(twin, `/message/status?message_id=${String(sent.data?.['msg_id'])}`, token);
    t.is((await state()).data?.['status'], 0);
    for (let i = 0; i < 200 && (await state()).data?.['status'] === 0; i += 1) await new Promise((done) => setTimeout(done, 10)); // prettier-ignore
    t.is((await state()).data?.['status'], 1);
    t.is((await get(twin, '/message/status?message_id=x', token)).error, -107);
    t.is(typeof (await get(twin, '/message/quota', token)).data?.['dailyQuota'], 'number');
    twin.setKnobs({ 'zns.hash': '0' });
    t.is((await byHash('0912345678')).error, 0);
    t.is(twin.znsInbox('+84912345678').length, 2);
  });
});
