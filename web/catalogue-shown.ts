// The catalogue in the words of its pages: who may do what, and what a change means in sentences.

import type { Catalogue, CataloguePurpose, CatalogueService } from '../catalogue/catalogue.ts';
import type { Change } from '../catalogue/change.ts';
import type { CatalogueAction } from '../policies/decide.ts';
import { explainAction } from '../policies/explain.ts';
import type { ChangedSubject } from '../views/catalogue-changes.ts';
import type { CatalogueServiceModel, ShownPurpose } from '../views/catalogue-service.ts';
import type { CatalogueGroup } from '../views/catalogue.ts';
import { wordsOf, type Lang } from '../views/words/words.ts';

/** Three groups of services by what a person has to do first; a service may be in all of them. */
export function groupsOf({ services }: Catalogue, lang: Lang): CatalogueGroup[] {
  const group = (kind: CatalogueGroup['kind'], itemsOf: (service: CatalogueService) => string[]) => ({
    kind,
    services: services
      .map((service) => ({ title: service.title[lang], href: hrefOf(service), items: itemsOf(service) }))
      .filter(({ items }) => items.length > 0)
      .toSorted((a, b) => a.title.localeCompare(b.title, lang)),
  });
  const at = (level: number) => (service: CatalogueService) =>
    service.actions.filter(({ require }) => require.level === level).map(({ title }) => title[lang]);
  return [
    group('public', (service) => openOf(service, lang)),
    group('signedIn', at(1)),
    group('verified', at(2)),
  ];
}

export const hrefOf = ({ code }: { readonly code: string }): string => `/catalogue/${code}`;

const openOf = (service: CatalogueService, lang: Lang): string[] =>
  service.public.flatMap(({ title }) => (title === undefined ? [] : [title[lang]]));

/** Everything a page about one service says. */
export function serviceModel(
  service: CatalogueService,
  lang: Lang,
): Omit<CatalogueServiceModel, 'page' | 'backHref'> {
  return {
    title: service.title[lang],
    owner: service.owner[lang],
    contact: service.contact,
    pseudonymous: service.pseudonymous === true,
    open: openOf(service, lang),
    actions: service.actions.map((action) => {
      const [lead = '', ...sentences] = sentencesOf(action, service, lang);
      return { title: action.title[lang], code: action.action, lead, sentences };
    }),
    purposes: service.purposes.map((one) => shownPurpose(one, lang)),
    address: service.id,
    tokens: service.tokens,
    transferAgreement: service.transferAgreement,
  };
}

const sentencesOf = (action: CatalogueAction, service: CatalogueService, lang: Lang): string[] =>
  explainAction(action, service).map(({ text }) => text[lang]);

const shownPurpose = (one: CataloguePurpose, lang: Lang): ShownPurpose => ({
  title: one.title[lang],
  text: one.text[lang],
  data: one.data.map((item) => ({ label: item.label[lang], sensitive: item.class === 'sensitive' })),
  basis: one.basis === 'consent' ? 'consent' : 'law',
  basisRef: one.basisRef,
  needed: one.needed,
  retention: one.retentionText[lang],
  recipients: one.recipients,
});

/** The changes by what they are about, the weaker first, with the sentences that come and go. */
export function subjectsOf(
  changes: readonly Change[],
  { before, after, lang }: { readonly before: Catalogue | undefined; readonly after: Catalogue; readonly lang: Lang }, // prettier-ignore
): ChangedSubject[] {
  const subjects = [...new Set(changes.map(({ where }) => where))].map((where): ChangedSubject => {
    const lines = inOrder(changes.filter((one) => one.where === where));
    const was = before === undefined ? [] : textOf(before, where, lang);
    const is = textOf(after, where, lang);
    return {
      title: titleOf(after, where, lang) ?? (before && titleOf(before, where, lang)) ?? where,
      code: where,
      direction: lines[0]?.direction ?? 'neutral',
      lines,
      before: was.filter((sentence) => !is.includes(sentence)),
      after: is.filter((sentence) => !was.includes(sentence)),
    };
  });
  return inOrder(subjects);
}

const ORDER = ['weaker', 'stronger', 'neutral'] as const;
const inOrder = <T extends { readonly direction: (typeof ORDER)[number] }>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => ORDER.indexOf(a.direction) - ORDER.indexOf(b.direction));

const titleOf = (catalogue: Catalogue, where: string, lang: Lang): string | undefined =>
  (catalogue.actionByName.get(where) ?? catalogue.purposeById.get(where) ?? catalogue.serviceById.get(where))
    ?.title[lang];

// An action and a purpose may share a name: then both are said.
function textOf(catalogue: Catalogue, where: string, lang: Lang): string[] {
  const action = catalogue.actionByName.get(where);
  const acting = action && catalogue.serviceById.get(action.service);
  const purpose = catalogue.purposeById.get(where);
  const service = catalogue.serviceById.get(where);
  return [
    ...(action === undefined || acting === undefined ? [] : [action.title[lang], ...sentencesOf(action, acting, lang)]), // prettier-ignore
    ...(purpose === undefined ? [] : purposeText(shownPurpose(purpose, lang), lang)),
    ...(service === undefined ? [] : serviceText(serviceModel(service, lang), lang)),
  ];
}

function purposeText(one: ShownPurpose, lang: Lang): string[] {
  const words = wordsOf(lang).catalogueService;
  const data = one.data.map(({ label, sensitive }) => (sensitive ? `${label} (${words.sensitive})` : label));
  return [
    one.title,
    one.text,
    `${words.data}: ${data.length === 0 ? words.dataNone : data.join(', ')}`,
    one.basis === 'consent' ? words.byConsent : words.byLaw(one.basisRef ?? ''),
    one.needed ? words.needed : words.optional,
    `${words.retention}: ${one.retention}`,
    `${words.recipients}: ${one.recipients.join(', ')}`,
  ];
}

function serviceText(one: ReturnType<typeof serviceModel>, lang: Lang): string[] {
  const words = wordsOf(lang).catalogueService;
  return [
    one.title,
    `${words.owner}: ${one.owner}`,
    `${words.contact}: ${one.contact}`,
    ...one.open.map((title) => `${words.publicTitle}: ${title}`),
    ...(one.pseudonymous ? [words.pseudonymous] : []),
    `${words.tokens}: ${words.tokenKinds[one.tokens]}`,
    `${words.agreement}: ${one.transferAgreement ?? words.agreementNone}`,
  ];
}
