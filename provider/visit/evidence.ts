import type { Context } from 'koa';
import type { Vault } from '../../keys/vault.ts';
import { addressOf } from './address.ts';

type House = { readonly vault: Vault; readonly trustedProxies: number };

/** What ties an answer to a visit: keyed hashes only, sealed under the person's key with the event. */
export const evidenceOf = (site: House, ctx: Context, visit: string): Readonly<Record<string, string>> => ({
  visit,
  ip_hash: site.vault.keyOf('address', addressOf(ctx, site.trustedProxies)).toString('base64url'),
  user_agent_hash: site.vault.keyOf('address', ctx.get('user-agent')).toString('base64url'),
});
