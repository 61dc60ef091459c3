import type { Context } from 'koa';
import { noticeBytes, recordAnswer } from '../consent/give.ts';
import { purposesFor, purposesToAsk } from '../consent/purposes.ts';
import { standingConsent } from '../consent/standing.ts';
import { acrOf } from '../policies/level.ts';
import { hadPrompt } from '../provider/level-prompt.ts';
import { consentPage } from '../views/consent.ts';
import type { ConsentModel } from '../views/consent.ts';
import { choiceIn, noticeVersion, shownPurpose } from './consent-model.ts';
import { evidenceOf } from '../provider/visit/evidence.ts';
import { finishVisit } from './finish.ts';
import { langOf } from './frame.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

export async function showConsent(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  error?: ConsentModel['error'],
): Promise<void> {
  const { action, ...shared } = stepPage(site, ctx, visit);
  const { lang } = shared.page;
  const { service, scopes } = person.request;
  if (service === undefined) return finishVisit(site, ctx, visit, person);
  const decisions = person.consent?.decisions ?? [];
  const shown = purposesFor(service, scopes);
  const asked = new Set(
    purposesToAsk(shown, decisions, { again: hadPrompt(visit.interaction.params, 'consent') }),
  );
  send(
    ctx,
    consentPage({
      ...shared,
      action: action('dong-y'),
      serviceTitle: service.title[lang],
      ownerName: service.owner[lang],
      // What is already answered is not asked again; what rests on law is shown for information.
      purposes: shown
        .filter((purpose) => asked.has(purpose) || purpose.basis !== 'consent')
        .map((purpose) => shownPurpose(purpose, lang, decisions)),
      noticeVersion: noticeVersion(noticeBytes(service, scopes, lang)),
      rightsHref: '/quyen-cua-ban',
      error,
    }),
    error === undefined ? 200 : 409,
  );
}

export async function answerConsent(
  site: Site,
  ctx: Context,
  visit: Visit,
  form: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const { person } = visit;
  if (person === undefined || person.request.service === undefined) return backToVisit(ctx, visit);
  const { service, scopes } = person.request;
  const language = langOf(ctx);
  const bytes = noticeBytes(service, scopes, language);
  // The wording changed between showing and answering: what was answered is not what would be recorded.
  if (form.get('notice_version') !== noticeVersion(bytes))
    return showConsent(site, ctx, visit, person, 'changed');

  const asked = purposesToAsk(purposesFor(service, scopes), person.consent?.decisions ?? [], {
    again: hadPrompt(visit.interaction.params, 'consent'),
  });
  await recordAnswer(
    site,
    {
      accountId: person.accountId,
      clientId: visit.client.clientId,
      serviceId: service.id,
      scopes,
      asked: asked.map(({ id }) => id),
      choices: Object.fromEntries(asked.map(({ id }) => [id, choiceIn(form, id)])),
      notice: { bytes, language },
      acr: acrOf(person.stands.level === 2 ? 2 : 1, site.acrBase),
      evidence: evidenceOf(site, ctx, visit.uid),
    },
    now,
  );
  const answered = await standingConsent(site, { ...person.request, service }, now);
  return finishVisit(site, ctx, visit, { ...person, consent: answered });
}
