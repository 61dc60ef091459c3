// The end of a sign-in: grant and result, then back to the authorization endpoint, which judges
// again from the database before it issues a code.

import type { Context } from 'koa';
import { acrOf } from '../policies/level.ts';
import { saveGrant } from '../provider/grants.ts';
import { isIdentityStep } from '../policies/methods.ts';
import { rememberDevice } from '../safety/hold.ts';
import { deviceKind } from '../provider/device.ts';
import { deviceOf } from './device.ts';
import type { Site } from './site.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

export async function finishVisit(site: Site, ctx: Context, visit: Visit, person: Person): Promise<void> {
  const { request, stands, accountId, consent } = person;
  const { interaction } = visit;
  const provider = site.provider();
  const existing =
    interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId);
  const mine = existing?.accountId === accountId ? existing : undefined;
  const grant = await saveGrant(provider, mine, request, consent?.purposes ?? []);
  if (stands.level === 2) await remember(site, ctx, visit, person);
  const result = {
    // acr always goes along: it caps what the code may carry, and a Zalo login must not lower it.
    login: {
      accountId,
      acr: acrOf(stands.level === 2 ? 2 : 1, site.acrBase),
      amr: [...stands.amr],
      ...(stands.authTime === undefined ? {} : { ts: stands.authTime }),
    },
    consent: { grantId: grant.jti },
    tnid: visit.tx === undefined ? {} : { transactionId: visit.tx.id },
  };
  // The cookie of this interaction was checked when the visit was looked at.
  interaction.result = result;
  await interaction.persist();
  ctx.redirect(interaction.returnTo);
  ctx.status = 303;
}

// The machine level 2 was proven on is not new the next time.
async function remember(
  site: Site,
  ctx: Context,
  { tx }: Visit,
  { accountId, facts }: Person,
): Promise<void> {
  const proven = [...facts.proven];
  const provenHere = proven.some((step) => step === 'otp' || step === 'passkey' || step === 'vneid');
  const device = { accountId, deviceKey: deviceOf(site, ctx), kind: deviceKind(ctx) };
  await rememberDevice(
    site.db,
    {
      ...device,
      provenSince: provenHere ? tx?.created_at : undefined,
      identified: proven.some(isIdentityStep),
    },
    site.clock(),
  );
}
