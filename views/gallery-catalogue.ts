// The catalogue for people, its versions, and the approver's desk, in every state.

import type { ChangedSubject } from './catalogue-changes.ts';
import { catalogueDeskPage, catalogueDonePage, catalogueProposalPage } from './catalogue-desk.ts';
import type { CatalogueProposalModel, ShownProposal } from './catalogue-desk.ts';
import { catalogueHistoryPage, catalogueVersionPage } from './catalogue-history.ts';
import type { ShownVersion } from './catalogue-history.ts';
import { catalogueServicePage } from './catalogue-service.ts';
import type { CatalogueServiceModel } from './catalogue-service.ts';
import { catalogueWhoPage } from './catalogue-who.ts';
import { cataloguePage } from './catalogue.ts';
import type { Html } from './html.ts';
import type { PageFrame } from './layout.ts';
import type { Lang } from './words/words.ts';

type Page = readonly [id: string, title: string, page: (frame: PageFrame) => Html];

const at = new Date('2026-11-22T07:05:00Z');
const sha256 = '4f1c9d2ab7e05f8861a3c2d94e7b10ff5a6d8c3e2b19f07c64d5a8e9b3f21c07';
const base = '9b3f21c07d5a8e94f1c9d2ab7e05f8861a3c2d94e7b10ff5a6d8c3e2b19f07c6';
const version = 'cat-2026-11-22#4f1c';
const say = (lang: Lang, vi: string, en: string): string => (lang === 'vi' ? vi : en);

const service = (lang: Lang): Omit<CatalogueServiceModel, 'page'> => ({
  title: say(lang, 'Hồ sơ trực tuyến', 'Dossiers online'),
  owner: say(lang, 'Văn phòng UBND tỉnh', 'Office of the Provincial People’s Committee'),
  contact: 'Tổng đài 1022',
  pseudonymous: false,
  open: [say(lang, 'Tra cứu hồ sơ bằng mã', 'Look up a dossier by its code')],
  actions: [
    {
      title: say(lang, 'Xem hồ sơ của tôi', 'See my dossiers'),
      code: 'hoso.xem',
      lead: say(lang, 'Người đã xác minh danh tính (mức 2).', 'Anyone whose identity is verified (level 2).'),
      sentences: [
        say(lang, 'Bước xác minh được cũ nhất 8 giờ.', 'The verification may be 8 hours old at most.'),
        say(lang, 'Làm ngay tại dịch vụ này.', 'Done at this service.'),
      ],
    },
  ],
  purposes: [
    {
      title: say(lang, 'Tiếp nhận hồ sơ', 'Receiving dossiers'),
      text: say(
        lang,
        'Để nhận và trả kết quả hồ sơ của bạn.',
        'To receive your dossier and return its result.',
      ),
      data: [
        { label: say(lang, 'Họ và tên', 'Full name'), sensitive: false },
        { label: say(lang, 'Tình trạng khuyết tật', 'Disability'), sensitive: true },
      ],
      basis: 'consent',
      needed: true,
      retention: say(lang, '2 năm sau khi có kết quả', '2 years after the result'),
      recipients: ['Văn phòng UBND tỉnh Tây Ninh'],
    },
    {
      title: say(lang, 'Lưu hồ sơ theo luật', 'Archiving by law'),
      text: say(lang, 'Cơ quan phải lưu hồ sơ đã giải quyết.', 'The agency has to keep settled dossiers.'),
      data: [],
      basis: 'law',
      basisRef: 'Luật Lưu trữ 2024',
      needed: true,
      retention: say(lang, '10 năm', '10 years'),
      recipients: ['Văn phòng UBND tỉnh Tây Ninh'],
    },
  ],
  address: 'https://hoso.dichvu.tayninh.gov.vn',
  tokens: 'jwt',
  transferAgreement: 'TT-12/2026',
  backHref: '#',
});

const shown: Omit<ShownVersion, 'direction'> = {
  number: 3,
  version,
  sha256,
  base,
  publishedAt: at,
  approvedBy: [],
  isCurrent: false,
  downloadHref: '#',
};

const subjects = (lang: Lang): readonly ChangedSubject[] => [
  {
    title: say(lang, 'Nộp hồ sơ', 'File a dossier'),
    code: 'hoso.nop',
    direction: 'weaker',
    lines: [
      { direction: 'weaker', what: 'maxAge: 900 → 3600' },
      { direction: 'neutral', what: 'đổi title, owner, legal hoặc lawfulPurpose' },
    ],
    before: [
      say(lang, 'Bước xác minh được cũ nhất 15 phút.', 'The verification may be 15 minutes old at most.'),
    ],
    after: [say(lang, 'Bước xác minh được cũ nhất 1 giờ.', 'The verification may be an hour old at most.')],
  },
  {
    title: say(lang, 'Gọi lại cho tôi', 'Call me back'),
    code: 'hoidap.goi-lai',
    direction: 'weaker',
    lines: [{ direction: 'weaker', what: 'thêm việc' }],
    before: [],
    after: [say(lang, 'Người đã đăng nhập bằng Zalo (mức 1).', 'Anyone signed in with Zalo (level 1).')],
  },
  {
    title: say(lang, 'Phản ánh hiện trường', 'Report a problem'),
    code: 'https://phananh.dichvu.tayninh.gov.vn',
    direction: 'neutral',
    lines: [{ direction: 'neutral', what: 'đổi contact' }],
    before: [],
    after: [],
  },
];

const row: ShownProposal = {
  href: '#',
  version,
  direction: 'weaker',
  proposedBy: 'van.hanh',
  proposedAt: at,
  approvals: 1,
  state: 'open',
};

const proposal = (page: PageFrame, more: Partial<CatalogueProposalModel> = {}): Html =>
  catalogueProposalPage({
    page,
    csrf: 'sample',
    version,
    sha256,
    base,
    direction: 'weaker',
    proposedBy: 'van.hanh',
    proposedAt: at,
    expiresAt: new Date('2026-12-22T07:05:00Z'),
    state: 'open',
    subjects: subjects(page.lang),
    verdicts: [{ verdict: 'approved', login: 'lan.pham', unit: 'Sở Khoa học và Công nghệ', reason: 'Công văn 123/SKHCN', at }], // prettier-ignore
    say: { action: '#' },
    reason: '',
    backHref: '#',
    ...more,
  });

const who = (page: PageFrame) => ({ page, action: '#', level: '1', minutes: '20', way: 'vneid', failed: false, backHref: '#' }) as const; // prettier-ignore

export const cataloguePages: readonly Page[] = [
  [
    'catalogue',
    'Danh mục: ai được làm gì',
    (page) => {
      const one = service(page.lang);
      const [open, action] = [one.open, one.actions.map(({ title }) => title)];
      return cataloguePage({
        page,
        groups: [
          { kind: 'public', services: [{ title: one.title, href: '#', items: open }] },
          { kind: 'signedIn', services: [{ title: say(page.lang, 'Hỏi đáp', 'Questions'), href: '#', items: [say(page.lang, 'Gửi câu hỏi', 'Ask a question')] }] }, // prettier-ignore
          { kind: 'verified', services: [{ title: one.title, href: '#', items: action }] },
        ],
        version,
        sha256,
        whoHref: '#',
        historyHref: '#',
        signedHref: '#',
      });
    },
  ],
  [
    'catalogue-service',
    'Danh mục: một dịch vụ',
    (page) => catalogueServicePage({ page, ...service(page.lang) }),
  ],
  [
    'catalogue-service-open',
    'Danh mục: dịch vụ không cần gì',
    (page) =>
      catalogueServicePage({
        page,
        ...service(page.lang),
        pseudonymous: true,
        actions: [],
        purposes: [],
        tokens: 'opaque',
        transferAgreement: undefined,
      }),
  ],
  ['catalogue-who', 'Danh mục: một người làm được gì', (page) => catalogueWhoPage(who(page))],
  [
    'catalogue-who-wrong',
    'Danh mục: số phút sai',
    (page) => catalogueWhoPage({ ...who(page), minutes: 'hôm qua', failed: true }),
  ],
  [
    'catalogue-who-answers',
    'Danh mục: trả lời',
    (page) => {
      const { title, actions } = service(page.lang);
      const [action] = actions;
      const one = { title: action?.title ?? '', service: title };
      return catalogueWhoPage({
        ...who(page),
        answers: [
          { answer: 'yes', actions: [{ title: say(page.lang, 'Gửi câu hỏi', 'Ask a question'), service: say(page.lang, 'Hỏi đáp', 'Questions') }] }, // prettier-ignore
          { answer: 'step-up', actions: [{ ...one, text: say(page.lang, 'Cần xác minh danh tính.', 'Verify your identity first.') }] }, // prettier-ignore
          { answer: 'handover', actions: [] },
        ],
      });
    },
  ],
  [
    'catalogue-history',
    'Danh mục: các bản',
    (page) =>
      catalogueHistoryPage({
        page,
        versions: [
          { ...shown, direction: 'weaker', isCurrent: true, approvedBy: ['Sở Khoa học và Công nghệ', 'Văn phòng UBND tỉnh'], href: '#' }, // prettier-ignore
          { ...shown, number: 2, direction: 'stronger', href: '#' },
          { ...shown, number: 1, direction: 'first', base: undefined, href: '#' },
        ],
        backHref: '#',
      }),
  ],
  [
    'catalogue-version',
    'Danh mục: một bản',
    (page) =>
      catalogueVersionPage({ page, version: { ...shown, direction: 'weaker' }, subjects: subjects(page.lang), backHref: '#' }), // prettier-ignore
  ],
  [
    'catalogue-version-first',
    'Danh mục: bản đầu tiên',
    (page) =>
      catalogueVersionPage({ page, version: { ...shown, number: 1, direction: 'first', base: undefined }, subjects: [], backHref: '#' }), // prettier-ignore
  ],
  [
    'catalogue-desk',
    'Duyệt danh mục',
    (page) =>
      catalogueDeskPage({
        page,
        csrf: 'sample',
        open: [row, { ...row, direction: 'stronger', approvals: 0 }],
        ended: (['published', 'refused', 'lapsed'] as const).map((state) => ({ ...row, state })),
        safetyHref: '#',
        signOutAction: '#',
      }),
  ],
  [
    'catalogue-desk-empty',
    'Duyệt danh mục: không có gì',
    (page) =>
      catalogueDeskPage({ page, csrf: 'sample', open: [], ended: [], safetyHref: '#', signOutAction: '#' }),
  ],
  ['catalogue-proposal', 'Duyệt danh mục: một đề nghị', (page) => proposal(page)],
  [
    'catalogue-proposal-reason',
    'Duyệt danh mục: thiếu lý do',
    (page) => proposal(page, { error: 'reason', verdicts: [] }),
  ],
  ['catalogue-proposal-yours', 'Duyệt danh mục: đã nói', (page) => proposal(page, { say: 'yours' })],
  ['catalogue-proposal-own', 'Duyệt danh mục: của chính mình', (page) => proposal(page, { say: 'own' })],
  [
    'catalogue-proposal-ended',
    'Duyệt danh mục: đã xong',
    (page) => proposal(page, { state: 'refused', say: 'ended' }),
  ],
  ...(['approved', 'refused', 'ended', 'spoken', 'own'] as const).map((outcome): Page => [
    `catalogue-done-${outcome}`,
    `Duyệt danh mục: ${outcome}`,
    (page) => catalogueDonePage({ page, outcome, backHref: '#' }),
  ]),
];
