// What kills tokens that are already out (protocol design 12). Services poll the feed: always the
// full set of the last fifteen minutes, so there is no cursor and nothing to miss.

import type { Database } from '../database.ts';
import { sql } from '../database.ts';

/** Longest token life plus margin. Seconds. */
const KEPT_SECONDS = 900;

/** Tokens of this consent handle below `minVersion` are refused. */
export const outdateConsent = (
  db: Database,
  row: { consentId: string; minVersion: number; clientId: string; serviceId: string },
  now: Date,
) =>
  db.run(sql`
    insert into watermark (kind, consent_id, min_version, client_id, service_id, created_at)
    values ('consent', ${row.consentId}, ${row.minVersion}, ${row.clientId}, ${row.serviceId}, ${now})`);

/**
 * Tokens of this account issued up to now are refused: everywhere, or those of one client. Call it last in a
 * transaction: one that is being signed meanwhile was waited for where its grant ended, and is younger than
 * `now` by that wait, which is added.
 */
export const outdateAccount = (
  db: Database,
  row: { accountId: string; clientId?: string | undefined },
  now: Date,
) =>
  db.run(sql`
    insert into watermark (kind, account_id, client_id, min_iat, created_at)
    values ('sub', ${row.accountId}, ${row.clientId},
      floor(extract(epoch from ${now}::timestamptz + (clock_timestamp() - transaction_timestamp())))::bigint + 1, ${now})`);

export type FeedEntry =
  | { readonly k: 'consent'; readonly id: string; readonly min_ver: number }
  | { readonly k: 'sub'; readonly id: string; readonly client_id?: string; readonly min_iat: number }
  | { readonly k: 'client'; readonly id: string; readonly min_iat: number }
  | { readonly k: 'all'; readonly min_iat: number };

type Row = {
  kind: string;
  consent_id: string | null;
  client_id: string | null;
  min_version: number | null;
  min_iat: number | null;
  sub: string | null;
};

/** The entries one service needs: of its consents, and of accounts under the id that service knows. */
export async function watermarksFor(
  db: Database,
  service: { id: string; sector: string },
  now: Date,
): Promise<readonly FeedEntry[]> {
  const since = new Date(now.getTime() - KEPT_SECONDS * 1000);
  const rows = await db.rows<Row>(sql`
    select w.kind, w.consent_id, w.client_id, max(w.min_version) as min_version, max(w.min_iat) as min_iat, p.sub
    from watermark w left join pairwise_subject p on p.account_id = w.account_id and p.sector = ${service.sector}
    where w.created_at > ${since} and (w.service_id is null or w.service_id = ${service.id})
      and (w.kind <> 'sub' or p.sub is not null)
    group by w.kind, w.consent_id, w.client_id, p.sub order by 1, 2, 3, 6`);
  return rows.flatMap((row): FeedEntry[] => {
    const {
      kind,
      consent_id: consentId,
      client_id: clientId,
      min_version: minVersion,
      min_iat: minIat,
      sub,
    } = row;
    if (kind === 'consent' && consentId !== null && minVersion !== null)
      return [{ k: 'consent', id: consentId, min_ver: minVersion }];
    if (minIat === null) return [];
    if (kind === 'sub' && sub !== null)
      return [{ k: 'sub', id: sub, ...(clientId === null ? {} : { client_id: clientId }), min_iat: minIat }];
    if (kind === 'client' && clientId !== null) return [{ k: 'client', id: clientId, min_iat: minIat }];
    return kind === 'all' ? [{ k: 'all', min_iat: minIat }] : [];
  });
}
