// A browser without a screen: cookies, pages, forms and buttons over real HTTP. Redirects are
// followed by hand, so that a story may stop at the door of a client and a test may read every hop.

import { parse, type HTMLElement } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

export type Hop = { readonly method: string; readonly url: string; readonly status: number };

export type Page = {
  readonly url: URL;
  readonly status: number;
  readonly document: HTMLElement;
  /** The `h1`, as a person would name the page. */
  readonly title: string;
};

/** Either a page is shown, or the browser stands before an address it was told to stop at. */
export type Arrival =
  | { readonly at: 'page'; readonly page: Page }
  | { readonly at: 'door'; readonly url: URL };

export type Browser = {
  open(url: URL | string): Promise<Arrival>;
  /**
   * Presses the button with this text (or value) on the page shown last. Other fields keep what they
   * hold. `at`: the origin of another node of the same site, as a load balancer would choose it.
   */
  press(button: string, fields?: Readonly<Record<string, string>>, at?: string): Promise<Arrival>;
  /** Follows the link whose text contains this. */
  follow(link: string): Promise<Arrival>;
  hasButton(text: string): boolean;
  page(): Page;
  hops(): readonly Hop[];
  /** The Cookie header this browser would send there. */
  cookies(url: URL): Promise<string>;
};

const MOST_REDIRECTS = 20;

/** @param stopAt addresses that are not opened: the callback of a client that is no web page here */
export function openBrowser(options: { stopAt?: (url: URL) => boolean; language?: string } = {}): Browser {
  // Secure cookies travel to http://localhost, as in real browsers; elsewhere they need https.
  const jar = new CookieJar();
  const hops: Hop[] = [];
  let shown: Page | undefined;

  type Sent = { url: URL; method: 'GET' | 'POST'; form?: URLSearchParams | FormData };
  async function go(first: Sent): Promise<Arrival> {
    let { url, method, form } = first;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      if (options.stopAt?.(url) === true) return { at: 'door', url };
      const response = await fetch(url, {
        method,
        redirect: 'manual',
        headers: {
          accept: 'text/html',
          'accept-language': options.language ?? 'vi',
          cookie: await jar.getCookieString(url.href),
          ...(method === 'POST' ? { origin: shown?.url.origin ?? url.origin } : {}),
        },
        ...(form === undefined ? {} : { body: form }),
      });
      for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url.href);
      hops.push({ method, url: url.href, status: response.status });
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status > 399) {
        shown = pageFrom(url, response.status, await response.text());
        return { at: 'page', page: shown };
      }
      await response.body?.cancel();
      url = new URL(location, url);
      // 307 and 308 repeat a form elsewhere; nothing of ours may ask for that.
      if (response.status > 303)
        throw new Error(`redirect ${response.status} to ${url.origin}${url.pathname}`);
      [method, form] = ['GET', undefined];
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, the last to ${url.origin}${url.pathname}`);
  }

  const page = (): Page => {
    if (shown === undefined) throw new Error('no page is open');
    return shown;
  };

  return {
    page,
    hops: () => hops,
    cookies: (url) => jar.getCookieString(url.href),
    open: (url) => go({ url: new URL(url, shown?.url), method: 'GET' }),
    follow(text) {
      const current = page();
      const links = current.document.querySelectorAll('a[href]');
      const link =
        links.find((one) => spoken(one) === text) ?? links.find((one) => spoken(one).includes(text));
      if (link === undefined) throw new Error(`no link "${text}" on "${current.title}"`);
      return go({ url: new URL(link.getAttribute('href') ?? '', current.url), method: 'GET' });
    },
    hasButton: (text) => shown !== undefined && findButton(shown, text) !== undefined,
    press(text, fields = {}, at) {
      const current = page();
      const button = findButton(current, text);
      const form = button?.closest('form');
      if (button === undefined || form === null || form === undefined) {
        throw new Error(
          `no button "${text}" on "${current.title}" (${current.url.pathname}, HTTP ${current.status})`,
        );
      }
      const url = new URL(form.getAttribute('action') ?? '', at ?? current.url);
      const filled = fieldsOf(form, button, fields);
      if ((form.getAttribute('method') ?? 'get').toLowerCase() === 'post') {
        const isUpload = form.getAttribute('enctype') === 'multipart/form-data';
        return go({ url, method: 'POST', form: isUpload ? uploadOf(form, filled) : filled });
      }
      url.search = filled.toString();
      return go({ url, method: 'GET' });
    },
  };
}

function pageFrom(url: URL, status: number, text: string): Page {
  const document = parse(text);
  const title =
    document.querySelector('h1')?.text.trim() ?? document.querySelector('title')?.text.trim() ?? '';
  return { url, status, document, title };
}

function findButton(page: Page, wanted: string): HTMLElement | undefined {
  const buttons = page.document.querySelectorAll('button');
  return (
    buttons.find((button) => button.getAttribute('value') === wanted) ??
    buttons.find((button) => spoken(button) === wanted) ??
    buttons.find((button) => spoken(button).includes(wanted))
  );
}

// What was typed into a file field stands for the file's text.
function uploadOf(form: HTMLElement, filled: URLSearchParams): FormData {
  const upload = new FormData();
  for (const [name, value] of filled) {
    const isFile = form.querySelector(`input[type=file][name="${name}"]`) !== null;
    upload.append(name, isFile ? new File([value], value === '' ? '' : 'tep.json') : value);
  }
  return upload;
}

const spoken = (element: HTMLElement) => element.text.replaceAll(/\s+/g, ' ').trim();

// What a browser sends for a form: what its fields hold, what was typed over them, the button.
function fieldsOf(
  form: HTMLElement,
  button: HTMLElement,
  typed: Readonly<Record<string, string>>,
): URLSearchParams {
  const filled = new URLSearchParams();
  for (const field of form.querySelectorAll('input, textarea, select')) {
    const name = field.getAttribute('name');
    const type = field.getAttribute('type') ?? 'text';
    const isChoice = type === 'radio' || type === 'checkbox';
    if (name === undefined || name in typed || (isChoice && !field.hasAttribute('checked'))) continue;
    filled.append(name, field.tagName === 'TEXTAREA' ? field.text : (field.getAttribute('value') ?? ''));
  }
  for (const [name, value] of Object.entries(typed)) filled.append(name, value);
  const name = button.getAttribute('name');
  if (name !== undefined) filled.append(name, button.getAttribute('value') ?? '');
  return filled;
}
