// What the tests of one-time codes share: a transaction of a citizen, and a look into the queue.

import { sendCode } from '../../codes/otp.ts';
import type { CodeRequest } from '../../codes/otp.ts';
import { createBudgets } from '../../codes/budgets.ts';
import type { Budgets } from '../../codes/budgets.ts';
import { openTransaction } from '../../assurance/transaction.ts';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { NOW, ORIGIN } from '../support/domain.ts';
import type { Domain } from '../support/domain.ts';

export type Step = {
  readonly transactionId: string;
  readonly accountId: string;
  readonly request: CodeRequest;
};

let count = 0;
/** A step-up of a citizen; another phone, address and network each time unless said otherwise. */
export async function newStep(
  house: Domain,
  more: Partial<CodeRequest> = {},
  db: Database = house.db,
): Promise<Step> {
  const n = (count += 1);
  const accountId = more.accountId ?? (await house.citizen());
  const interactionUid = `otp-${n}`;
  const tx = await openTransaction(db, { interactionUid, clientId: 'portal', accountId, level: 2, maxAgeSeconds: undefined, scopes: [] }, NOW); // prettier-ignore
  const request = {
    transactionId: tx.id,
    accountId,
    e164: `+84${300 + n}345678`,
    action: 'nop ho so',
    displayCode: tx.display_code,
    addressKey: `address-${n}`,
    networkKey: `network-${n}`,
    // One test file sends more codes in "a quarter of an hour" than it answers: strangers would be stopped.
    knownDevice: true,
    clientId: 'portal',
    ...more,
  };
  return { transactionId: tx.id, accountId, request };
}

export const codesOf = (
  house: Domain,
  budgets: Budgets = createBudgets(house.db, { channelPerHour: 100_000 }),
) => ({
  budgets,
  send: (step: Step, now = NOW, db = house.db) =>
    sendCode({ db, vault: house.vault, budgets, origin: ORIGIN }, step.request, now),
  /** The newest message of this step to its phone that still waits. */
  async text(step: Step): Promise<string> {
    const rows = await house.db.rows<{ id: string; to: Buffer; text: Buffer }>(sql`
      select id, to_sealed as to, text_sealed as text from message_outbox
      where done_at is null and id in (select message_id from otp where transaction_id = ${step.transactionId})
      order by created_at desc, id desc`);
    for (const row of rows)
      if (house.vault.open(`message/${row.id}/to`, row.to) === step.request.e164)
        return house.vault.open(`message/${row.id}/text`, row.text);
    throw new Error('no message waits for this phone');
  },
  async code(step: Step): Promise<string> {
    return (await this.text(step)).slice(0, 6);
  },
});

export const wrongFor = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');
export const unlimitedGuesses = (budgets: Budgets): Budgets => ({ ...budgets, guessesPerDay: 1_000_000 });
