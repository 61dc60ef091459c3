// What people do to the twin by hand: the chat with an account, and the levers of pages and scripts.

import test from 'ava';
import { parse } from 'node-html-parser';
import { an, binh, form, oa, oaTokenOf, post, withTwin } from './zalo-oa-bench.ts';

test('a person chats with the account by forms alone and sees the answer with its link', async (t) => {
  await withTwin({}, async (twin) => {
    const path = `/oa/${oa.oaId}/chat`;
    const page = async (query = '') => parse(await (await fetch(`${twin.url}${path}${query}`)).text());
    const who = await page();
    t.is(who.querySelector('html')?.getAttribute('lang'), 'vi');
    t.deepEqual(who.querySelectorAll('button').map((one) => one.getAttribute('value')), [an.zaloId, binh.zaloId]); // prettier-ignore
    t.notRegex(who.toString(), /<b>|<Tây/);
    const mine = `?zalo_id=${an.zaloId}`;
    const empty = await page(mine);
    t.is(empty.querySelectorAll('script, [style]').length, 0);
    t.is(empty.querySelector('label')?.getAttribute('for'), empty.querySelector('textarea')?.id);
    t.is(empty.querySelector('meta[http-equiv=refresh]'), null);

    const said = await form(twin, path, { zalo_id: an.zaloId, text: '<i>hồ sơ</i> của tôi' }, {});
    t.is(said.status, 302);
    t.is(said.headers.get('location'), `${path}${mine}`);
    const waiting = await page(mine);
    t.truthy(waiting.querySelector('meta[http-equiv=refresh]'));
    t.regex(waiting.querySelector('ol')?.toString() ?? '', /&lt;i&gt;hồ sơ&lt;\/i&gt; của tôi/);

    const token = await oaTokenOf(twin);
    const recipient = { user_id: twin.oaUserId({ zaloId: an.zaloId }) };
    const text = 'Mở https://id.tayninh.gov.vn/1022?a=1&b="2. Rồi hỏi lại.';
    t.is((await post(twin, '/v3.0/oa/message/cs', token, { recipient, message: { text } })).error, 0);
    const answered = await page(mine);
    t.is(answered.querySelector('meta[http-equiv=refresh]'), null);
    const link = answered.querySelector('li.oa a');
    t.is(link?.getAttribute('href'), 'https://id.tayninh.gov.vn/1022?a=1&b=');
    t.is((await page(`?zalo_id=${binh.zaloId}`)).querySelectorAll('ol li').length, 0);
    t.is((await fetch(`${twin.url}/oa/1/chat`)).status, 404);
  });
});

test('what a citizen does in Zalo can be done over HTTP, for pages and scripts', async (t) => {
  await withTwin({}, async (twin) => {
    const lever = (path: string, value: unknown) =>
      fetch(`${twin.url}/__sandbox/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(value),
      });
    t.like(await (await lever('oa/write', { zaloId: an.zaloId, text: 'x' })).json(), {
      outcome: 'no_webhook',
    });
    t.is((await lever('oa/follow', { zaloId: an.zaloId })).status, 200);
    t.is((await lever('oa/unfollow', { zaloId: an.zaloId, oaId: oa.oaId })).status, 200);
    t.is((await lever('revoke', { zaloId: an.zaloId })).status, 200);
    t.is((await lever('auth-code', { zaloId: an.zaloId })).status, 200);
    t.is((await lever('oa/drop-token', {})).status, 200);
    const inbox = await fetch(`${twin.url}/__sandbox/oa/inbox?zalo_id=${an.zaloId}&oa_id=${oa.oaId}`);
    t.like(await inbox.json(), { userId: twin.oaUserId({ zaloId: an.zaloId }), messages: [] });
    for (const [path, value] of [
      ['oa/write', { zaloId: '1', text: 'x' }],
      ['oa/write', { zaloId: an.zaloId, oaId: '1', text: 'x' }],
      ['revoke', { zaloId: an.zaloId, miniAppId: '1' }],
    ] as const)
      t.is((await lever(path, value)).status, 404);
    t.is((await lever('oa/write', { zaloId: an.zaloId, text: '' })).status, 400);
    t.is((await form(twin, '/__sandbox/oa/write', { zaloId: an.zaloId, text: 'x' })).status, 400);
    t.is((await fetch(`${twin.url}/__sandbox/deliveries`)).status, 200);
  });
});
