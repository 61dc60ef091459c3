// Pages for children under 16 and for those who answer for them, in every state.

import { consentPage } from './consent.ts';
import type { ConsentModel } from './consent.ts';
import { samplePurposes } from './gallery-purposes.ts';
import { guardianWaitPage, noGuardianPage, sendToGuardianPage } from './guardian.ts';
import { childPage, childrenPage } from './guardians.ts';
import type { ChildModel, ChildrenModel } from './guardians.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';
import { receiptPage } from './receipt.ts';
import { wordsOf } from './words/words.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const until = new Date('2026-11-23T07:05:00Z');
const step = { csrf: 'sample', action: '#', cancelAction: '#' };
const CHILD = 'Phạm Bảo Ngọc';

function consent(page: PageFrame): Omit<ConsentModel, 'instead'> {
  const { owner, hotlineTitle, callbackPurpose, notifyPurpose, lawPurpose } = samplePurposes(page.lang);
  return {
    page,
    clientName: 'Tây Ninh Smart',
    serviceTitle: hotlineTitle,
    ownerName: owner,
    action: '#',
    csrf: 'sample',
    purposes: [callbackPurpose, notifyPurpose, lawPurpose],
    noticeVersion: '2026-11-01',
    rightsHref: '#',
  };
}

const child =
  (error?: 'changed', again = false) =>
  (page: PageFrame): Html => {
    const words = wordsOf(page.lang).guardian;
    const notes = again ? [words.again] : [];
    return consentPage({
      ...consent(page),
      cancelAction: '#',
      error,
      instead: { title: words.childTitle, lead: words.childLead, notes, submit: words.childSubmit },
    });
  };

const answer =
  (kind: 'both' | 'small' | 'changed') =>
  (page: PageFrame): Html => {
    const words = wordsOf(page.lang).guardian;
    const shared = consent(page);
    const { notifyPurpose } = samplePurposes(page.lang);
    return consentPage({
      ...shared,
      purposes:
        kind === 'both' ? shared.purposes.filter(({ id }) => id !== notifyPurpose.id) : shared.purposes,
      error: kind === 'changed' ? 'changed' : undefined,
      instead: {
        title: words.answerTitle(CHILD),
        lead: words.answerLead,
        client: words.client,
        notes: kind === 'both' ? [words.childSaidYes, words.childSaidNo(notifyPurpose.title)] : [],
        submit: words.answerSubmit,
        back: { href: '#', label: words.back },
      },
    });
  };

const wait =
  (withChoices: boolean) =>
  (page: PageFrame): Html => {
    const { callbackPurpose, notifyPurpose } = samplePurposes(page.lang);
    const choices = [
      { title: callbackPurpose.title, choice: 'given' },
      { title: notifyPurpose.title, choice: 'refused' },
    ] as const;
    const address = 'id.tayninh.gov.vn/toi/con';
    return guardianWaitPage({
      page,
      ...step,
      selfHref: '#',
      address,
      until,
      choices: withChoices ? choices : [],
    });
  };

const children =
  (more: (page: PageFrame) => Partial<ChildrenModel>) =>
  (page: PageFrame): Html =>
    childrenPage({ page, requests: [], children: [], backHref: '#', ...more(page) });
const two = [
  { name: CHILD, lastDay: new Date('2028-07-19T16:59:59Z'), href: '#' },
  { name: undefined, lastDay: new Date('2036-05-04T16:59:59Z'), href: undefined },
];

const one =
  (more: (page: PageFrame) => Partial<ChildModel>) =>
  (page: PageFrame): Html =>
    childPage({ page, name: CHILD, services: [], history: [], backHref: '#', ...more(page) });

function connected(page: PageFrame): Partial<ChildModel> {
  const { owner, hotlineTitle, callbackPurpose, notifyPurpose } = samplePurposes(page.lang);
  const { guardian } = wordsOf(page.lang);
  const since = new Date('2026-11-20T02:00:00Z');
  return {
    services: [
      {
        serviceTitle: hotlineTitle,
        ownerName: owner,
        consents: [
          { recordId: 'a', title: callbackPurpose.title, state: 'given', since, withdrawAction: '#' },
          { recordId: 'b', title: notifyPurpose.title, state: 'refused', since },
        ],
      },
    ],
    history: [
      { at: since, title: `${guardian.happened.given}: ${callbackPurpose.title}`, detail: hotlineTitle },
      {
        at: since,
        title: `${guardian.happenedByChild.refused}: ${notifyPurpose.title}`,
        detail: hotlineTitle,
      },
    ],
  };
}

export const guardianPages: readonly Page[] = [
  ['child-choices', 'Trẻ em: chọn trước', child()],
  ['child-again', 'Trẻ em: chọn lại', child(undefined, true)],
  ['child-changed', 'Trẻ em: nội dung vừa đổi', child('changed')],
  ['child-send', 'Trẻ em dưới 7: gửi cho cha mẹ', (page) => sendToGuardianPage({ page, ...step, serviceTitle: samplePurposes(page.lang).hotlineTitle })], // prettier-ignore
  ['child-wait', 'Trẻ em: đợi cha mẹ', wait(true)],
  ['child-wait-small', 'Trẻ em dưới 7: đợi cha mẹ', wait(false)],
  ['child-no-guardian', 'Trẻ em: chưa ghi người giám hộ', (page) => noGuardianPage({ page, ...step })],
  ['children', 'Con tôi', children((page) => ({ children: two, requests: [{ childName: CHILD, serviceTitle: samplePurposes(page.lang).hotlineTitle, expiresAt: until, href: '#' }] }))], // prettier-ignore
  ['children-none', 'Con tôi: chưa ghi nhận', children(() => ({}))],
  ...(['answered', 'ended', 'void'] as const).map((result): Page => [
    `children-${result}`,
    `Con tôi: ${result}`,
    children(() => ({ children: two, result })),
  ]),
  ['child-answer', 'Trả lời thay con', answer('both')],
  ['child-answer-small', 'Trả lời thay con dưới 7', answer('small')],
  ['child-answer-changed', 'Trả lời thay con: nội dung vừa đổi', answer('changed')],
  ['child-page', 'Thông tin của con', one(connected)],
  [
    'child-page-withdrawn',
    'Thông tin của con: đã rút',
    one((page) => ({ ...connected(page), result: 'withdrawn' })),
  ],
  ['child-page-none', 'Thông tin của con: chưa có gì', one(() => ({}))],
  ['receipt-child', 'Biên nhận: cha mẹ cùng chọn', receiptOfChild],
];

function receiptOfChild(page: PageFrame): Html {
  const { owner, hotlineTitle, callbackPurpose } = samplePurposes(page.lang);
  return receiptPage({
    page,
    receiptId: '019390aa-0000-7000-8000-000000000001',
    state: 'given',
    purposeTitle: callbackPurpose.title,
    purposeText: callbackPurpose.text,
    serviceTitle: hotlineTitle,
    controller: owner,
    givenBy: 'both',
    at: new Date('2026-11-20T02:00:00Z'),
    noticeVersion: '2026-11-01',
    sha256: '0a'.repeat(32),
    jws: 'eyJhbGciOiJFUzI1NiJ9.e30.c2FtcGxl',
    logOrigin: 'id.tayninh.gov.vn/consent/2026',
    backHref: '#',
  });
}
