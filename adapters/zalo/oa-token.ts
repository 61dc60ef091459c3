// The Official Account's tokens (contract zalo 5.1). The refresh token works once and brings its
// successor, so of several processes one refreshes: it holds the row, and the pair is committed before
// it is used. A pair lost between Zalo's answer and our commit can only be mended by asking the owner of
// the Official Account again; that is why nothing here is tried twice.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sql } from '../../database.ts';
import type { Database } from '../../database.ts';
import { Refusal } from '../../errors.ts';
import type { Vault } from '../../keys/vault.ts';
import { callZalo } from './transport.ts';
import { jsonOrNothing } from './wire.ts';

export type OaTokens = {
  /** A token that is thought to work. @throws Refusal unavailable when there is none to be had */
  current(): Promise<string>;
  /** After Zalo refused `refused`: the one somebody else has got meanwhile, or a new one. */
  replace(refused: string): Promise<string>;
};

export type OaTokenConfig = {
  readonly oaId: string;
  readonly appId: string;
  readonly appSecret: string;
  /** Production: https://oauth.zaloapp.com */
  readonly oauthUrl: string;
  /** What the owner's consent gave first. A new one in the settings replaces what is stored. */
  readonly firstRefreshToken: string;
  readonly clock: () => Date;
  readonly connectTimeoutMs?: number;
  readonly readTimeoutMs?: number;
  /** The account can send nothing until a person has looked. */
  readonly onLost?: (reason: string) => void;
};

// A token that ends within this time is replaced before it is used.
const MARGIN_MS = 5 * 60_000;
// 25 hours are usual; what is not said is taken at less.
const SHORTEST_LIFE_SECONDS = 3_600;
// After a refusal nobody asks again for a while: the refresh token does not get better.
const PAUSE_MS = 60_000;

const token = z.string().regex(/^[\x21-\x7e]{1,8192}$/);
const answer = z.object({
  access_token: token,
  // Sometimes only the access token comes; the old refresh token then stays.
  refresh_token: token.optional().catch(undefined),
  expires_in: z.coerce.number().positive().max(10_000_000).optional().catch(undefined),
});

type Row = { access_sealed: Buffer | null; refresh_sealed: Buffer; access_expires_at: Date | null };
type Keeper = { readonly db: Database; readonly vault: Pick<Vault, 'seal' | 'open'> };

export function createOaTokens({ db, vault }: Keeper, config: OaTokenConfig): OaTokens {
  const { oaId, clock } = config;
  const label = (part: 'access' | 'refresh') => `oa_token/${oaId}/${part}`;
  const seedKey = createHash('sha256').update(config.firstRefreshToken).digest();
  let pausedUntilMs = 0;

  const usable = (row: Row | undefined): string | undefined => {
    if (row === undefined || row.access_sealed === null || row.access_expires_at === null) return undefined;
    if (row.access_expires_at.getTime() - clock().getTime() < MARGIN_MS) return undefined;
    return vault.open(label('access'), row.access_sealed);
  };

  async function replaced(refused: string | undefined): Promise<string> {
    if (clock().getTime() < pausedUntilMs) throw lost('paused');
    return db.apart(() =>
      db.transaction(async () => {
        const sealed = vault.seal(label('refresh'), config.firstRefreshToken);
        await db.run(sql`
          insert into oa_token as t (oa_id, refresh_sealed, seed_key) values (${oaId}, ${sealed}, ${seedKey})
          on conflict (oa_id) do update set refresh_sealed = excluded.refresh_sealed, seed_key = excluded.seed_key,
            access_sealed = null, access_expires_at = null
          where t.seed_key <> excluded.seed_key`);
        const row = await db.row<Row>(sql`
          select access_sealed, refresh_sealed, access_expires_at from oa_token where oa_id = ${oaId} for update`);
        if (row === undefined) throw new Error('the row of the Official Account vanished');
        const known = usable(row);
        if (known !== undefined && known !== refused) return known;
        const pair = await refresh(vault.open(label('refresh'), row.refresh_sealed));
        const now = clock();
        const lifeMs = (pair.expires_in ?? SHORTEST_LIFE_SECONDS) * 1000;
        await db.run(sql`
          update oa_token set access_sealed = ${vault.seal(label('access'), pair.access_token)},
            refresh_sealed = ${pair.refresh_token === undefined ? row.refresh_sealed : vault.seal(label('refresh'), pair.refresh_token)},
            access_expires_at = ${new Date(now.getTime() + lifeMs)}, refreshed_at = ${now}
          where oa_id = ${oaId}`);
        return pair.access_token;
      }),
    );
  }

  async function refresh(refreshToken: string): Promise<z.output<typeof answer>> {
    const called = await callZalo(
      {
        method: 'POST',
        url: `${config.oauthUrl.replace(/\/+$/, '')}/v4/oa/access_token`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          secret_key: config.appSecret,
        },
        body: new URLSearchParams({
          refresh_token: refreshToken,
          app_id: config.appId,
          grant_type: 'refresh_token',
        }).toString(),
      },
      {
        // Together below the 15 s after which PostgreSQL ends an idle transaction.
        connectTimeoutMs: config.connectTimeoutMs ?? 3_000,
        readTimeoutMs: config.readTimeoutMs ?? 8_000,
        bodyLimitBytes: 64 * 1024,
      },
    );
    // Whether Zalo spent the token before the line broke is not known: somebody must look if it goes on.
    if (!called.ok) throw lost(called.failure);
    const parsed = answer.safeParse(jsonOrNothing(called.text));
    if (parsed.success) return parsed.data;
    pausedUntilMs = clock().getTime() + PAUSE_MS;
    throw lost('refused');
  }

  function lost(reason: string): Refusal {
    if (reason !== 'paused') config.onLost?.(reason);
    return new Refusal('unavailable', `zalo official account token: ${reason}`, {
      reason: `zns_token_${reason}`,
    });
  }

  return {
    async current() {
      const row = await db.row<Row>(sql`
        select access_sealed, refresh_sealed, access_expires_at from oa_token where oa_id = ${oaId} and seed_key = ${seedKey}`);
      return usable(row) ?? replaced(undefined);
    },
    replace: (refused) => replaced(refused),
  };
}
