// Logging out ends what was proven in that browser: level facts, grants, and by watermark the
// tokens that are still out. The library ends its session only.

import type { Middleware } from 'koa';
import { outdateAccount } from '../accounts/watermark.ts';
import { revokeProofs } from '../assurance/level.ts';
import { recordAccess } from '../audit/record.ts';
import { tellServices } from '../signals/tell.ts';
import type { ProviderHouse } from './house.ts';

type EndedSession = {
  readonly uid: string;
  readonly accountId?: string;
  readonly destroyed?: boolean;
  readonly authorizations?: Readonly<Record<string, { grantId?: string }>>;
};

export function endProofsAtLogout(house: ProviderHouse): Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path !== '/session/end/confirm' || ctx.method !== 'POST') return;
    const { oidc } = ctx as { oidc?: { session?: EndedSession } }; // oidc-provider puts it on the routes of its own
    const session = oidc?.session;
    if (session?.destroyed !== true || session.accountId === undefined) return;
    const { uid: sessionUid, accountId } = session;
    const now = house.clock();
    await house.db.transaction(async () => {
      await revokeProofs(house.db, { sessionUid }, now);
      for (const clientId of Object.keys(session.authorizations ?? {}))
        await outdateAccount(house.db, { accountId, clientId }, now);
      await tellServices(house.db, { accountId, changes: [{ kind: 'session-revoked', by: 'user', reason: 'signed_out' }] }, now); // prettier-ignore
      await recordAccess(
        house.db,
        house.origin,
        { kind: 'login.ended', outcome: 'ok', actor: 'self', accountId, details: { by: 'logout' } },
        now,
      );
    });
  };
}
