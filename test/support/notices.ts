// Notices as the person gets them: sent by the domain of the running broker, read on the sandbox phone.

import { sql } from '../../database.ts';
import { openEnvelope } from '../../keys/envelope.ts';
import { openVault } from '../../keys/vault.ts';
import type { Vault } from '../../keys/vault.ts';
import { noticeAccount } from '../../safety/notices.ts';
import type { Notice } from '../../safety/notices.ts';
import { internationalNumber } from '../../sandbox/citizen/people.ts';
import type { TestHouse } from './broker.ts';

export const vaultOf = (house: TestHouse): Promise<Vault> =>
  openVault(house.db, openEnvelope(house.config.TNID_KEK), new Date());

/** Something happens that the account must hear about. */
export async function tell(house: TestHouse, notice: Notice, now = new Date()): Promise<void> {
  const { db, issuer } = house;
  await noticeAccount({ db, issuer, origin: new URL(issuer).host, vault: await vaultOf(house) }, notice, now);
}

/** The newest link on the phone (0912345678). */
export async function linkOn(house: TestHouse, phone: string): Promise<string> {
  const giveUpAt = Date.now() + 10_000;
  while (Date.now() < giveUpAt) {
    const response = await fetch(`${house.sms.url}/phone/${internationalNumber(phone)}.json`);
    const link = /https?:\/\/[^\s"]+\/k\/[\w-]{20}/.exec(await response.text())?.[0];
    if (link !== undefined) return link;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no link has arrived on the phone');
}

/** As if the gateway had taken the notice long enough ago: a new machine of this account waits no longer. */
export async function passHold(house: Pick<TestHouse, 'db'>, accountId: string): Promise<void> {
  // Only what the worker has finished with: what it holds it would stamp with its own time.
  const giveUpAt = Date.now() + 10_000;
  for (;;) {
    const open = await house.db.rows(sql`
      select m.id from device_hold h join message_outbox m on m.id = any(h.message_ids)
      where h.account_id = ${accountId} and m.done_at is null`);
    if (open.length === 0) break;
    if (Date.now() > giveUpAt) throw new Error('the notice is still on its way');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await house.db.run(sql`
    update message_outbox set done_at = now() - interval '1 hour', outcome = 'accepted'
    where id in (select unnest(message_ids) from device_hold where account_id = ${accountId})`);
}
