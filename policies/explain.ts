// What an action of the catalogue asks, as sentences for a citizen or an auditor, and what a person in
// a given standing can do. The second is answered by `decide()` alone, so the page cannot promise
// what a service would refuse.

import { decide } from './decide.ts';
import type { CatalogueAction, ClientClass, Decision, Words } from './decide.ts';
import { acrOf, defaultAcrBase } from './level.ts';
import type { Level } from './level.ts';
import {
  areaWords,
  clientWords,
  days,
  duration,
  eitherOf,
  evidenceWords,
  methodWords,
  sentences,
} from './explain-words.ts';

export type Explanation = {
  readonly about:
    | 'who'
    | 'method'
    | 'freshness'
    | 'consent'
    | 'law'
    | 'client'
    | 'place'
    | 'responsible'
    | 'legal'
    | 'opening';
  readonly text: Words;
};

/** What is needed of the action's service; a CatalogueService has it all. */
export type ExplainedService = {
  readonly purposes: readonly { readonly id: string; readonly title: Words; readonly basisRef?: string }[];
};

/** In the order a person asks: may I, how, for how long, what do I agree to, where, who answers for it. */
export function explainAction(action: CatalogueAction, service: ExplainedService): readonly Explanation[] {
  const { require } = action;
  return [
    { about: 'who', text: who[require.level] },
    ...methodsOf(action),
    { about: 'freshness', text: freshnessOf(require.level, require.maxAge) },
    ...purposesOf(action, service),
    ...(require.clients === undefined
      ? []
      : [{ about: 'client' as const, text: clientsOf(require.clients) }]),
    { about: 'place', text: place[action.handover] },
    { about: 'responsible', text: responsibleFor(action) },
    {
      about: 'legal',
      text: { vi: `Căn cứ: ${action.legal}.`, en: `Legal note (in Vietnamese): ${action.legal}.` },
    },
    {
      about: 'opening',
      text: { vi: `Mở từ ngày ${days(action.effectiveFrom)}.`, en: `Open since ${action.effectiveFrom}.` },
    },
  ];
}

export type Person = {
  /** 0: nobody has signed in. */
  readonly level: Level;
  /** Since the step that proved the level. */
  readonly ageSeconds: number;
  readonly amr: readonly string[];
  readonly identitySource?: string | undefined;
  readonly clientClass: ClientClass;
  /** Agreed to so far. */
  readonly purposes: 'all' | readonly string[];
};

export type Possibility = {
  readonly action: CatalogueAction;
  readonly decision: Decision;
  readonly answer: 'yes' | 'handover' | 'step-up' | 'consent' | 'no';
  /** One sentence: yes, or what is missing. */
  readonly text: Words;
};

/** Every action in the order given. The token is taken to hold the action's scopes: a client asks for them. */
export function possibleFor(
  actions: readonly CatalogueAction[],
  person: Person,
  nowSeconds: number,
): readonly Possibility[] {
  return actions.map((action) => {
    const decision = decide(action, factsOf(person, action, nowSeconds), nowSeconds, defaultAcrBase);
    return { action, decision, ...answerOf(action, decision, person) };
  });
}

/** How a person at level 2 may have got there: what stands in their tokens afterwards. */
export const waysToLevel2 = {
  vneid: { identitySource: 'vneid', amr: ['zalo', 'vneid', 'otp', 'sms', 'mfa'] },
  chip: { identitySource: 'chip_c06', amr: ['zalo', 'otp', 'sms', 'mfa'] },
  card: { identitySource: 'register_match', amr: ['zalo', 'otp', 'sms', 'mfa'] },
  counter: { identitySource: 'counter', amr: ['zalo', 'counter', 'otp', 'sms', 'mfa'] },
} as const satisfies Record<string, Pick<Person, 'identitySource' | 'amr'>>;

function factsOf(
  { level, ageSeconds, purposes, ...person }: Person,
  { require }: CatalogueAction,
  nowSeconds: number,
) {
  const needed = require.consent?.purpose;
  return {
    ...person,
    acr: level === 0 ? undefined : acrOf(level, defaultAcrBase),
    authTime: level === 0 ? undefined : nowSeconds - ageSeconds,
    scopes: require.scopes,
    purposes: purposes !== 'all' ? purposes : needed === undefined ? [] : [needed],
    clientId: 'explained',
  };
}

function answerOf(
  action: CatalogueAction,
  { row, failed }: Decision,
  { level }: Person,
): Pick<Possibility, 'answer' | 'text'> {
  switch (row) {
    case 'allow':
      return { answer: 'yes', text: { vi: 'Làm được.', en: 'Yes.' } };
    case 'handover':
      return { answer: 'handover', text: place.national_portal };
    case 'step-up':
      return { answer: 'step-up', text: stepUpFor(action, failed, level) };
    case 'consent-required':
      return { answer: 'consent', text: { vi: 'Cần bạn đồng ý trước.', en: 'You have to agree first.' } };
    case 'denied':
      return {
        answer: 'no',
        text: { vi: 'Không làm được từ ứng dụng này.', en: 'Not from this application.' },
      };
    case 'scope':
    case 'unknown-action':
      return { answer: 'no', text: { vi: 'Việc này chưa được mở.', en: 'Not open yet.' } };
  }
}

function stepUpFor({ require }: CatalogueAction, failed: readonly string[], level: Level): Words {
  const missing = firstStep(require.level, failed, level);
  const most = duration(require.maxAge ?? 0);
  const again =
    failed.includes('age') && !failed.includes('level')
      ? {
          vi: `Đã quá ${most.vi} kể từ bước xác minh: cần xác minh lại.`,
          en: `More than ${most.en} since you verified: verify again.`,
        }
      : undefined;
  const methods = failed.includes('method') ? methodsText(require) : [];
  const other =
    missing === undefined && again === undefined
      ? { vi: 'Cần xác minh bằng cách khác.', en: 'Verify in another way.' }
      : undefined;
  return sentences([missing, again, other, ...methods].filter((text) => text !== undefined));
}

function firstStep(needed: Level, failed: readonly string[], level: Level): Words | undefined {
  if (!failed.includes('level')) return undefined;
  if (needed === 1) return { vi: 'Cần đăng nhập bằng Zalo.', en: 'Sign in with Zalo first.' };
  if (level > 0) return { vi: 'Cần xác minh danh tính.', en: 'Verify your identity first.' };
  return {
    vi: 'Cần đăng nhập bằng Zalo và xác minh danh tính.',
    en: 'Sign in with Zalo and verify your identity first.',
  };
}

const who: Readonly<Record<Level, Words>> = {
  0: { vi: 'Chỉ máy với máy, không có người dân.', en: 'Machines only, no citizen.' },
  1: { vi: 'Người đã đăng nhập bằng Zalo (mức 1).', en: 'Anyone signed in with Zalo (level 1).' },
  2: { vi: 'Người đã xác minh danh tính (mức 2).', en: 'Anyone whose identity is verified (level 2).' },
};

const place: Readonly<Record<CatalogueAction['handover'], Words>> = {
  local: { vi: 'Làm ngay tại dịch vụ này.', en: 'Done at this service.' },
  national_portal: {
    vi: 'Làm tại Cổng Dịch vụ công quốc gia. Chúng tôi chỉ đưa bạn sang đó, không gửi dữ liệu của bạn đi.',
    en: 'Done at the national public service portal. We only lead you there and send none of your data.',
  },
};

function methodsOf({ require }: CatalogueAction): Explanation[] {
  return methodsText(require).map((text) => ({ about: 'method', text }));
}

function methodsText({ amrAnyOf, evidenceAnyOf }: CatalogueAction['require']): Words[] {
  const texts: Words[] = [];
  if (amrAnyOf !== undefined) {
    const ways = eitherOf(amrAnyOf.map(methodWords));
    texts.push({
      vi: `Trong lần đăng nhập này phải dùng: ${ways.vi}.`,
      en: `In this session you must have used: ${ways.en}.`,
    });
  }
  if (evidenceAnyOf !== undefined) {
    const sources = eitherOf(evidenceAnyOf.map(evidenceWords));
    texts.push({
      vi: `Danh tính phải được xác minh bằng: ${sources.vi}.`,
      en: `Your identity must have been verified by: ${sources.en}.`,
    });
  }
  return texts;
}

function freshnessOf(level: Level, maxAge: number | undefined): Words {
  const step =
    level === 2
      ? { vi: 'Bước xác minh', en: 'The verification' }
      : { vi: 'Lần đăng nhập', en: 'The sign-in' };
  if (maxAge === undefined) return { vi: 'Không phải làm lại bước nào.', en: 'No step has to be repeated.' };
  if (maxAge === 0) return { vi: `${step.vi} phải làm ngay lúc này.`, en: `${step.en} has to happen now.` };
  const most = duration(maxAge);
  return {
    vi: `${step.vi} dùng được trong ${most.vi}; sau đó phải làm lại.`,
    en: `${step.en} counts for ${most.en}; after that it has to be repeated.`,
  };
}

function purposesOf(
  { require, lawfulPurpose }: CatalogueAction,
  { purposes }: ExplainedService,
): Explanation[] {
  const find = (id: string | undefined) => purposes.find((purpose) => purpose.id === id);
  const [asked, lawful] = [find(require.consent?.purpose), find(lawfulPurpose)];
  return [
    ...(asked === undefined
      ? []
      : [
          {
            about: 'consent' as const,
            text: {
              vi: `Bạn phải đồng ý trước: “${asked.title.vi}”. Rút lại đồng ý thì việc này dừng.`,
              en: `You have to agree first: “${asked.title.en}”. Take it back and this stops.`,
            },
          },
        ]),
    ...(lawful === undefined
      ? []
      : [
          {
            about: 'law' as const,
            text: {
              vi: `Không hỏi đồng ý, vì luật giao việc này: “${lawful.title.vi}” (${lawful.basisRef ?? ''}).`,
              en: `You are not asked to agree, because the law gives this duty: “${lawful.title.en}” (${lawful.basisRef ?? ''}).`,
            },
          },
        ]),
  ];
}

function clientsOf(clients: readonly ClientClass[]): Words {
  const named = eitherOf(clients.map(clientWords));
  return { vi: `Làm được từ: ${named.vi}.`, en: `Can be done from: ${named.en}.` };
}

function responsibleFor({ area, owner }: CatalogueAction): Words {
  const carriedOut = areaWords(area);
  return { vi: `${carriedOut.vi}Chịu trách nhiệm: ${owner}.`, en: `${carriedOut.en}Responsible: ${owner}.` };
}
