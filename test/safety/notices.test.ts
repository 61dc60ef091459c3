import test from 'ava';
import { bindPhone } from '../../accounts/phone.ts';
import { deliverDue } from '../../codes/outbox.ts';
import { sql } from '../../database.ts';
import { beginHold, holdState } from '../../safety/hold.ts';
import { NOTICE_DAYS, noticeEndingBindings } from '../../safety/binding-notices.ts';
import { noticeText, zaloNoticeText } from '../../safety/notice-text.ts';
import { noticeAccount, recentNotices } from '../../safety/notices.ts';
import type { NoticeKind } from '../../assurance/notify.ts';
import { vi } from '../../views/words/vi.ts';
import { after, NOW, openDomain, times } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';
import { boundCitizen, eventsOf, houseOf, messagesTo, newPhone } from './people.ts';

let domain: Domain;
test.before(async () => {
  domain = await openDomain();
});
test.after.always(() => domain?.close());

const KINDS = Object.keys(vi.notices.kinds) as NoticeKind[]; // the keys of the words are the kinds: the table accepts no others

test('every notice is plain ASCII and one text message, with its link', (t) => {
  for (const kind of KINDS) {
    const text = noticeText(kind, NOW, 'https://id.tayninh.gov.vn/k/abcdefghij0123456789');
    t.regex(text, /^[ -~]{40,160}$/, kind);
    t.regex(text, /15:00 22\/11/, 'the hour of the province');
    t.regex(text, /Khong phai ban\?/);
    t.regex(noticeText(kind, NOW, undefined), /^[ -~]{40,160}$/);
  }
});

test('a kind and key is told once, at two brokers at once', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const notice = { accountId, kind: 'passkey_added', key: 'passkey-1', link: true } as const;
  const told = await times(8, (index) =>
    noticeAccount(houseOf(domain, index % 2 === 0 ? domain.db : domain.second), notice, NOW),
  );
  t.is(told.filter(({ fresh }) => fresh).length, 1);
  t.is((await messagesTo(domain, phone)).length, 1);
  t.true((await noticeAccount(houseOf(domain), { ...notice, key: 'passkey-2' }, NOW)).fresh);
  t.like((await eventsOf(domain, accountId, 'account.noticed'))[0], { actor: 'system', notice: 'passkey_added', messages: 1, link: true }); // prettier-ignore
});

test('every kind may be stored, and the person sees the newest first', async (t) => {
  const { accountId } = await boundCitizen(domain);
  for (const [index, kind] of KINDS.entries())
    await noticeAccount(
      houseOf(domain),
      { accountId, kind, key: 'k', facts: { n: String(index) } },
      after(index),
    );
  const seen = await recentNotices(domain.db, accountId, after(100));
  t.deepEqual(seen.map(({ kind }) => kind), KINDS.toReversed()); // prettier-ignore
  t.deepEqual(seen[0]?.facts, { n: String(KINDS.length - 1) });
  t.deepEqual(await recentNotices(domain.db, accountId, after(366 * 86_400)), []);
});

test('a notice for somebody without a phone is still on their own page', async (t) => {
  const accountId = await domain.citizen();
  const told = await noticeAccount(houseOf(domain), { accountId, kind: 'moving', key: 'm', link: true }, NOW);
  t.deepEqual(told, { fresh: true, messageIds: [] });
  t.is((await recentNotices(domain.db, accountId, NOW)).length, 1);
});

test('a notice of something that is taken back is not sent', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  const work = domain.db.transaction(async () => {
    await noticeAccount(houseOf(domain), { accountId, kind: 'moved', key: 'x' }, NOW);
    throw new Error('taken back');
  });
  await t.throwsAsync(work, { message: 'taken back' });
  t.deepEqual(await messagesTo(domain, phone), []);
  t.deepEqual(await recentNotices(domain.db, accountId, NOW), []);
});

test('who holds a copy of the database finds no link in it', async (t) => {
  const { accountId, phone } = await boundCitizen(domain);
  await noticeAccount(houseOf(domain), { accountId, kind: 'new_device', key: 'd', link: true }, NOW);
  const token = /\/k\/([\w-]{20})/.exec((await messagesTo(domain, phone))[0]?.text ?? '')?.[1] ?? '';
  t.is(token.length, 20);
  const dump = await domain.db.rows(sql`select encode(token_key, 'escape') as key from not_me_link where account_id = ${accountId}`); // prettier-ignore
  t.is(dump.length, 1);
  t.false(JSON.stringify(dump).includes(token));
});

test.serial('whose binding ends within a month hears of it once', async (t) => {
  const soon = await boundCitizen(domain);
  const later = await boundCitizen(domain);
  const over = await boundCitizen(domain);
  const ends = (accountId: string, days: number) =>
    domain.db.run(
      sql`update identity_binding set expires_at = ${after(days * 86_400)} where account_id = ${accountId}`,
    );
  await ends(soon.accountId, NOTICE_DAYS - 1);
  await ends(later.accountId, NOTICE_DAYS + 1);
  await ends(over.accountId, -1);
  const counts = await times(4, (index) => noticeEndingBindings(houseOf(domain, index % 2 === 0 ? domain.db : domain.second), NOW)); // prettier-ignore
  t.is(counts.reduce((sum, one) => sum + one, 0), 1); // prettier-ignore
  t.is(await noticeEndingBindings(houseOf(domain), after(60)), 0);
  const [message, ...more] = await messagesTo(domain, soon.phone);
  t.regex(message?.text ?? '', /sap het han/);
  t.is(more.length, 0);
  t.deepEqual((await recentNotices(domain.db, soon.accountId, NOW)).map(({ facts }) => facts), [{ until: after((NOTICE_DAYS - 1) * 86_400).toISOString() }]); // prettier-ignore
  t.deepEqual(await messagesTo(domain, later.phone), []);
});

const overZalo = (house = houseOf(domain)) => ({ ...house, zaloNotices: true });
const queued = async (accountId: string) => {
  const rows = await domain.db.rows<{ id: string; channel: string; to: Buffer; text: Buffer }>(sql`
    select id, channel, to_sealed as to, text_sealed as text from message_outbox where account_id = ${accountId} order by channel, id`);
  return rows.map(({ id, channel, to, text }) => ({ id, channel, to: domain.vault.open(`message/${id}/to`, to), text: domain.vault.open(`message/${id}/text`, text) })); // prettier-ignore
};

test('through Zalo a notice is short, without a link, and says whom to call', (t) => {
  for (const kind of KINDS) {
    const text = zaloNoticeText(kind, NOW);
    t.regex(text, /^[ -~]{40,200}$/, kind);
    t.notRegex(text, /https?:|\.vn/);
    t.regex(text, /Tay Ninh ID.*Goi 1022$/);
  }
});

test.serial('where Zalo is set up the phone on record hears by both, the one before it by SMS alone', async (t) => {
  const { accountId, phone: former } = await boundCitizen(domain);
  const phone = newPhone();
  await domain.db.transaction(() => bindPhone(domain.db, domain.vault, { accountId, e164: phone }, after(60)));
  const notice = { accountId, kind: 'phone_changed', key: 'p', link: true } as const;
  const told = await noticeAccount(overZalo(), notice, after(60));
  const sent = await queued(accountId);
  const by = (channel: string) => sent.filter((one) => one.channel === channel);
  t.deepEqual(by('sms').map(({ to }) => to).sort(), [former, phone].sort());
  t.deepEqual(by('zns').map(({ to }) => to), [phone]);
  t.true(by('sms').every(({ text }) => text.includes('/k/')));
  t.false(by('zns').some(({ text }) => text.includes('/k/')));
  t.deepEqual([...told.messageIds].sort(), by('sms').map(({ id }) => id).sort());
  t.like((await eventsOf(domain, accountId, 'account.noticed'))[0], { messages: 2, zalo: true });
}); // prettier-ignore

test.serial('a notice that Zalo does not take is no error, and one it takes ends no wait', async (t) => {
  const { accountId } = await boundCitizen(domain);
  await domain.db.run(sql`delete from message_outbox`);
  const device = { accountId, deviceKey: domain.vault.keyOf('device', 'zalo') };
  await beginHold(overZalo(), device, after(60));
  const gateway = (outcome: 'accepted' | 'rejected') => ({
    send: async () =>
      outcome === 'accepted'
        ? ({ outcome, messageId: 'm' } as const)
        : ({ outcome, reason: 'unreachable' } as const),
  });
  // Whoever holds the person's Zalo, and not the SIM, would be the only one who was told.
  await deliverDue(
    domain.db,
    domain.vault,
    { sms: gateway('rejected'), zns: gateway('accepted') },
    after(61),
  );
  const high = { highRisk: true, boundSince: NOW };
  t.is(await holdState(domain.db, { ...device, ...high }, after(900)), 'identity_only');

  const other = { ...device, deviceKey: domain.vault.keyOf('device', 'zalo-2') };
  await beginHold(overZalo(), other, after(60));
  t.is(
    await deliverDue(
      domain.db,
      domain.vault,
      { sms: gateway('accepted'), zns: gateway('rejected') },
      after(61),
    ),
    2,
  );
  t.is(
    await deliverDue(domain.db, domain.vault, { sms: gateway('accepted') }, after(3_600)),
    0,
    'not tried again',
  );
  t.is(await holdState(domain.db, { ...other, ...high }, after(900)), 'none');
});
