// The end of a sign-in: grant and result, then back to the authorization endpoint, which judges
// again from the database before it issues a code.

import type { Context } from 'koa';
import { standingConsent } from '../consent/standing.ts';
import { acrOf } from '../policies/level.ts';
import { saveGrant } from '../provider/grants.ts';
import type { Site } from './site.ts';
import type { Person, Visit } from './visit.ts';

export async function finishVisit(site: Site, ctx: Context, visit: Visit, person: Person): Promise<void> {
  const { request, stands, accountId } = person;
  const provider = site.provider();
  const { service } = request;
  const consent = service === undefined ? undefined : await standingConsent(site.db, { ...request, service });
  const existing =
    visit.interaction.grantId === undefined
      ? undefined
      : await provider.Grant.find(visit.interaction.grantId);
  const mine = existing?.accountId === accountId ? existing : undefined;
  const grantId = await saveGrant(provider, mine, request, consent?.purposes ?? []);
  const result = {
    // acr always goes along: it caps what the code may carry, and a Zalo login must not lower it.
    login: {
      accountId,
      acr: acrOf(stands.level === 2 ? 2 : 1, site.acrBase),
      amr: [...stands.amr],
      ...(stands.authTime === undefined ? {} : { ts: stands.authTime }),
    },
    consent: { grantId },
    tnid: visit.tx === undefined ? {} : { transactionId: visit.tx.id },
  };
  ctx.redirect(
    await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }),
  );
  ctx.status = 303;
}
