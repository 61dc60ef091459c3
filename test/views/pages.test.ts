import test from 'ava';
import { type HTMLElement, parse } from 'node-html-parser';
import { accountPage } from '../../views/account.ts';
import { cardPage } from '../../views/card.ts';
import { codePage } from '../../views/code.ts';
import { consentPage } from '../../views/consent.ts';
import { errorPage } from '../../views/error.ts';
import { cardSample } from '../../views/gallery-card.ts';
import { samples } from '../../views/gallery-samples.ts';
import { gallery, galleryIndexPage } from '../../views/gallery.ts';
import { type Html, render } from '../../views/html.ts';
import type { PageFrame } from '../../views/layout.ts';
import { logoutConfirmPage, sessionLostPage, signedOutPage } from '../../views/leave.ts';
import { loginPage } from '../../views/login.ts';
import { phonePage } from '../../views/phone.ts';
import { receiptPage } from '../../views/receipt.ts';
import { stepUpPage } from '../../views/step-up.ts';
import { welcomePage } from '../../views/welcome.ts';
import { withdrawPage } from '../../views/withdraw.ts';
import { withdrawnPage } from '../../views/withdrawn.ts';

const entries = gallery((lang) => ({ lang, stylesheet: '/assets/style.css', otherLangHref: '?lang=other' }));
const parsed = (page: Html): HTMLElement => parse(render(page));

for (const { id, html } of entries) {
  test(`the page ${id} stands in both languages`, (t) => {
    const [vi, en] = (['vi', 'en'] as const).map((lang) => {
      const page = parsed(html(lang));
      t.is(page.querySelector('html')?.getAttribute('lang'), lang);
      t.is(page.querySelectorAll('h1').length, 1, 'one h1');
      t.truthy(page.querySelector('title')?.textContent.includes('Tây Ninh ID'));
      t.notRegex(page.textContent, /undefined|null|NaN|\[object|=>/);
      t.is(page.querySelectorAll('script, style, [style], iframe, img').length, 0);
      const ids = page.querySelectorAll('[id]').map((element) => element.id);
      t.is(new Set(ids).size, ids.length, 'ids are unique');
      for (const link of page.querySelectorAll('a[href^="#"]')) {
        const target = link.getAttribute('href') ?? '';
        t.true(target === '#' || ids.includes(target.slice(1)), `${target} leads somewhere`);
      }
      for (const field of page.querySelectorAll('[aria-describedby]')) {
        for (const described of (field.getAttribute('aria-describedby') ?? '').split(' ')) {
          t.true(ids.includes(described), `${described} is there`);
        }
      }
      return page;
    });
    t.not(vi?.querySelector('h1')?.textContent, en?.querySelector('h1')?.textContent);
  });
}

test('every form that changes something carries the CSRF token or its own hidden fields', (t) => {
  for (const { id, html } of entries) {
    for (const form of parsed(html('vi')).querySelectorAll('form')) {
      if (form.getAttribute('method') === 'get') continue; // asks, and changes nothing
      t.is(form.getAttribute('method'), 'post', id);
      t.truthy(form.querySelector('input[type=hidden][name=csrf], input[type=hidden][name=xsrf]'), id);
    }
  }
});

// Words that choose a branch, not text: replacing them would leave the type.
const closedWords = [
  'vi',
  'en',
  'first',
  'again',
  'vneid',
  'otp',
  'consent',
  'law',
  'unanswered',
  'given',
  'refused',
  'withdrawn',
];

/** The same model with every piece of free text replaced. */
function poisoned<Model>(model: Model, poison: string): Model {
  const swap = (value: unknown): unknown => {
    if (typeof value === 'string') return closedWords.includes(value) ? value : poison;
    if (Array.isArray(value)) return value.map(swap);
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, swap(inner)]));
  };
  return swap(model) as Model; // same shape: only strings became other strings
}

const frame: PageFrame = {
  lang: 'vi',
  stylesheet: '/s',
  otherLangHref: '/o',
  homeHref: '/h',
  account: { name: 'n', href: '/t' },
  demo: true,
};
const s = samples('vi');
const hostile: Readonly<Record<string, (poison: string) => Html>> = {
  welcome: (x) => welcomePage(poisoned({ page: frame, accountHref: 'x', servicesHref: 'x' }, x)),
  login: (x) => loginPage({ ...poisoned({ page: frame, ...s.login }, x), error: 'failed' }),
  'step-up': (x) => stepUpPage(poisoned({ page: frame, ...s.stepUpAgain }, x)),
  phone: (x) =>
    phonePage({
      ...poisoned({ page: frame, ...s.phone, value: 'x', suggestion: 'x' }, x),
      error: 'old_eleven_digit_mobile',
    }),
  code: (x) => codePage({ ...poisoned({ page: frame, ...s.code }, x), error: 'wrong' }),
  card: (x) =>
    cardPage({ ...poisoned({ page: frame, ...cardSample }, x), errors: ['number_format', 'mrz_length'] }),
  'code used up': (x) => codePage({ ...poisoned({ page: frame, ...s.code }, x), error: 'used_up' }),
  consent: (x) =>
    consentPage({
      ...poisoned({ page: frame, ...s.consentLong }, x),
      error: 'unanswered',
      unanswered: [x],
      chosen: { [x]: 'given' },
    }),
  account: (x) => accountPage(poisoned({ page: frame, ...s.account }, x)),
  withdraw: (x) => withdrawPage(poisoned({ page: frame, ...s.withdraw }, x)),
  withdrawn: (x) => withdrawnPage(poisoned({ page: frame, ...s.withdrawn }, x)),
  receipt: (x) => receiptPage(poisoned({ page: frame, ...s.receipt }, x)),
  error: (x) =>
    errorPage({
      ...poisoned({ page: frame, reference: 'x', retryHref: 'x', title: 'x', message: 'x' }, x),
      kind: 'failed',
    }),
  logout: (x) => logoutConfirmPage(poisoned({ page: frame, ...s.logout }, x)),
  'signed out': (x) => signedOutPage(poisoned({ page: frame, homeHref: 'x' }, x)),
  'session lost': (x) => sessionLostPage(poisoned({ page: frame, retryHref: 'x' }, x)),
  'gallery index': (x) =>
    galleryIndexPage(poisoned({ page: frame, entries: [{ title: 'x', viHref: 'x', enHref: 'x' }] }, x)),
};

const poisons = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  `' onfocus='alert(1)' autofocus x='`,
  '</title></textarea></style><svg onload=alert(1)>',
  'javascript:alert(1)',
  '1022<b>1022',
];
for (const [name, page] of Object.entries(hostile)) {
  test(`hostile text in any field of the ${name} page stays text`, (t) => {
    for (const poison of poisons) {
      const root = parsed(page(poison));
      t.is(root.querySelectorAll('script, img, textarea:not(#mrz), style, b, svg[onload]').length, 0, poison);
      for (const element of root.querySelectorAll('*')) {
        const names = Object.keys(element.attributes);
        t.deepEqual(
          names.filter((attribute) => /^(on|autofocus|style$|srcdoc)/i.test(attribute)),
          [],
          poison,
        );
        const address = element.getAttribute('href') ?? element.getAttribute('action') ?? '';
        t.notRegex(address, /^\s*javascript:/i);
      }
    }
  });
}

test('neither answer of a consent is preselected, and both look the same', (t) => {
  const page = parsed(consentPage({ page: frame, ...s.consentLong }));
  const radios = page.querySelectorAll('input[type=radio]');
  t.is(radios.length, 4, 'two purposes ask, the one by law does not');
  t.true(radios.every((radio) => !radio.hasAttribute('checked')));
  t.deepEqual(
    [...new Set(page.querySelectorAll('.choices label').map((label) => label.getAttribute('class')))],
    ['choice'],
  );
  t.is(page.querySelectorAll('fieldset').length, 2);
});

test('a purpose resting on the law has no control and names the complaint channel', (t) => {
  const page = parsed(consentPage({ page: frame, ...s.consentLaw }));
  t.is(page.querySelectorAll('input[type=radio], input[type=checkbox]').length, 0);
  t.truthy(page.querySelector('.by-law a[href="tel:1022"]'));
  t.regex(page.querySelector('.by-law')?.textContent ?? '', /Điều 19 khoản 1 điểm c/);
});

test('sensitive data is called sensitive before the choice', (t) => {
  const text = render(consentPage({ page: frame, ...s.consentLong }));
  t.true(text.indexOf('nhạy cảm') < text.indexOf('purpose.report.place'));
});

test('only a consent that stands can be withdrawn from the account page', (t) => {
  const page = parsed(accountPage({ page: frame, ...s.account }));
  t.is(page.querySelectorAll('.consents a.button').length, 1);
});

test('a dead code cannot be typed in', (t) => {
  for (const error of ['expired', 'used_up'] as const) {
    t.is(parsed(codePage({ page: frame, ...s.code, error })).querySelector('#code'), null);
  }
  t.truthy(
    parsed(codePage({ page: frame, ...s.code, error: 'wrong' })).querySelector(
      '#code[autocomplete=one-time-code]',
    ),
  );
});
