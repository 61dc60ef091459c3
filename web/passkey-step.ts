import type { Context } from 'koa';
import { finishPasskey } from '../assurance/passkey.ts';
import { beginAuthentication } from '../authenticators/passkeys.ts';
import { passkeyStepPage } from '../views/passkey-step.ts';
import type { PasskeyStepModel } from '../views/passkey-step.ts';
import { titlesShown } from '../provider/visit/action-titles.ts';
import { allowScript } from './headers.ts';
import { passkeyScriptHref } from './passkey-script.ts';
import type { Site } from './site.ts';
import { backToVisit, noteOf, send, stepPage } from './step-page.ts';
import { transactionOf } from './visit.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const NOTES: Readonly<Record<string, PasskeyStepModel['error']>> = {
  'het-gio': 'expired',
  'khoa-la': 'unknown',
  'khoa-nghi': 'suspect',
};
const NOTE_OF = { expired: 'het-gio', unknown: 'khoa-la', suspect: 'khoa-nghi' } as const;

export async function showPasskey(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  now: Date,
): Promise<void> {
  const owner = { kind: 'account', id: person.accountId } as const;
  const options = await beginAuthentication(site, { owner, place: placeOf(visit) }, now);
  const { action, ...shared } = stepPage(site, ctx, visit);
  allowScript(ctx);
  send(
    ctx,
    passkeyStepPage({
      ...shared,
      action: action('khoa-tra-loi'),
      options: JSON.stringify(options),
      script: passkeyScriptHref,
      otherAction: action('chon-lai'),
      display: titlesShown(site.catalogue, person.request, shared.page.lang)[0],
      transactionCode: visit.tx?.display_code ?? '',
      error: noteOf(ctx, NOTES),
    }),
  );
}

export async function takePasskey(
  site: Site,
  ctx: Context,
  visit: Visit,
  form: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person === undefined) return backToVisit(ctx, visit);
  const who = { tx: await transactionOf(site, visit, now), accountId: person.accountId, sessionUid: visit.sessionUid }; // prettier-ignore
  const answer = { response: form.get('answer') ?? '', place: placeOf(visit) };
  const step = await finishPasskey(site, answer, who, now);
  backToVisit(ctx, visit, step.outcome === 'proven' ? undefined : NOTE_OF[step.reason]);
}

const placeOf = ({ uid }: Visit) => `interaction/${uid}`;
