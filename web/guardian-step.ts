// A child under 16 at the consent step: from 7 the child chooses first, then the legal representative
// answers on their own page (web/guardians.ts), and this page waits.

import type { Context } from 'koa';
import { askGuardian, findEndedIn, findOpenRequest } from '../consent/guardian-request.ts';
import type { GuardianRequest } from '../consent/guardian-request.ts';
import { findChildBirthdate, guardiansOf } from '../consent/guardianship.ts';
import { noticeBytes, recordAnswer } from '../consent/give.ts';
import { purposesFor, purposesToAsk } from '../consent/purposes.ts';
import { standingConsent } from '../consent/standing.ts';
import { ageBand } from '../policies/age.ts';
import { acrOf } from '../policies/level.ts';
import { hadPrompt } from '../provider/level-prompt.ts';
import { consentPage } from '../views/consent.ts';
import { guardianWaitPage, noGuardianPage, sendToGuardianPage } from '../views/guardian.ts';
import { wordsOf } from '../views/words/words.ts';
import { choiceIn, noticeVersion, shownPurpose } from './consent-model.ts';
import { evidenceOf } from '../provider/visit/evidence.ts';
import { finishVisit } from './finish.ts';
import { langOf } from './frame.ts';
import type { Site } from './site.ts';
import { backToVisit, send, stepPage } from './step-page.ts';
import type { Person } from '../provider/visit/person.ts';
import type { Visit } from './visit.ts';

const LOOK_AGAIN_SECONDS = 10;

export async function showGuardian(
  site: Site,
  ctx: Context,
  visit: Visit,
  person: Person,
  now: Date,
  error?: 'changed',
): Promise<void> {
  const look = await lookAtChild(site, visit, person, now);
  if (look === undefined) return backToVisit(ctx, visit);
  const { service, scopes, asked, band, open, where } = look;
  const { action: actionOf, ...page } = stepPage(site, ctx, visit);
  const shared = { ...page, action: actionOf('tre-em') };
  const { lang } = shared.page;
  const words = wordsOf(lang).guardian;
  if ((await guardiansOf(site.db, person.accountId, now)).length === 0)
    return send(ctx, noGuardianPage(shared));
  if (open !== undefined && error === undefined) {
    ctx.set('refresh', String(LOOK_AGAIN_SECONDS));
    const choices = asked.flatMap(({ id, title }) => {
      const choice = open.childChoices?.[id];
      return choice === undefined ? [] : [{ title: title[lang], choice }];
    });
    const address = `${new URL(site.issuer).host}/toi/con`;
    const selfHref = `/interaction/${visit.uid}`;
    return send(ctx, guardianWaitPage({ ...shared, selfHref, address, until: open.expiresAt, choices }));
  }
  if (band === '0-6')
    return send(ctx, sendToGuardianPage({ ...shared, serviceTitle: service.title[lang] })); // prettier-ignore

  const ended = await findEndedIn(site, where, { visit: visit.uid, begunAt: new Date(visit.interaction.iat * 1000) }); // prettier-ignore
  const law = purposesFor(service, scopes).filter(({ basis }) => basis !== 'consent');
  send(
    ctx,
    consentPage({
      ...shared,
      serviceTitle: service.title[lang],
      ownerName: service.owner[lang],
      purposes: [...asked, ...law].map((purpose) =>
        shownPurpose(purpose, lang, person.consent?.decisions ?? []),
      ),
      noticeVersion: noticeVersion(noticeBytes(service, scopes, lang)),
      rightsHref: '/quyen-cua-ban',
      error,
      instead: {
        title: words.childTitle,
        lead: words.childLead,
        notes: ended === 'void' ? [words.again] : [],
        submit: words.childSubmit,
      },
    }),
    error === undefined ? 200 : 409,
  );
}

/** The child's own choices: a no to everything ends here, a yes goes to the representative. */
export async function takeChild(
  site: Site,
  ctx: Context,
  visit: Visit,
  form: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  const { person } = visit;
  const look = person && (await lookAtChild(site, visit, person, now));
  if (person === undefined || look === undefined) return backToVisit(ctx, visit);
  const { service, scopes, band } = look;
  const language = langOf(ctx);
  const bytes = noticeBytes(service, scopes, language);
  const evidence = evidenceOf(site, ctx, visit.uid);
  const { accountId } = person;
  const finishWith = async (asked: readonly string[]) => {
    const acr = acrOf(person.stands.level === 2 ? 2 : 1, site.acrBase);
    await recordAnswer(site, { accountId, clientId: visit.client.clientId, serviceId: service.id, scopes, asked, choices: {}, notice: { bytes, language }, acr, evidence }, now); // prettier-ignore
    const consent = await standingConsent(site, { ...person.request, service }, now);
    return finishVisit(site, ctx, visit, { ...person, consent });
  };
  // Goes on with what rests on law. Nothing is decided: the question stays open, or is asked next time.
  if (form.get('without') === '1') return finishWith([]);
  // Asked already, in another tab or a moment ago: the question on the representative's page stands.
  if (look.open !== undefined) return backToVisit(ctx, visit);
  if (band === '7-15' && form.get('notice_version') !== noticeVersion(bytes))
    return showGuardian(site, ctx, visit, person, now, 'changed');

  const asked = look.asked.map(({ id }) => id);
  const choices = Object.fromEntries(asked.map((id) => [id, choiceIn(form, id)] as const));
  const sent = await askGuardian(site, { ...look.where, scopes, asked, choices, visit: visit.uid, evidence }, now); // prettier-ignore
  return sent.outcome === 'declined' ? finishWith(asked) : backToVisit(ctx, visit);
}

// Undefined when the person has turned 16 meanwhile, or nothing is asked any more.
async function lookAtChild(site: Site, visit: Visit, person: Person, now: Date) {
  const { accountId } = person;
  const { service, scopes, clientId } = person.request;
  const birthdate = await findChildBirthdate(site.db, site.vault, accountId, now);
  if (service === undefined || birthdate === undefined) return undefined;
  const again = hadPrompt(visit.interaction.params, 'consent');
  const asked = purposesToAsk(purposesFor(service, scopes), person.consent?.decisions ?? [], { again });
  if (asked.length === 0) return undefined;
  const where = { childAccountId: accountId, clientId, serviceId: service.id };
  const found = await findOpenRequest(site, where, now);
  const open = found !== undefined && covers(found, asked) ? found : undefined;
  return { service, scopes, asked, band: ageBand(birthdate, now), open, where };
}

// A question from an earlier visit counts when it asks all that is asked now.
const covers = (request: GuardianRequest, asked: readonly { readonly id: string }[]) =>
  asked.every(({ id }) => request.asked.includes(id));
