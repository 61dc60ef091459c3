// The only way a page is written. Everything put into a template is escaped; there is no
// function that turns a string into markup, so a forgotten call cannot open a hole.

class Markup {
  // Private, so an object that came out of JSON can never pass for markup.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  static textOf(markup: Markup): string {
    return markup.#text;
  }
}

export type Html = Markup;
export type Child = Html | string | number | false | null | undefined | readonly Child[];

/** Attribute values must stand in double quotes. `href` and `action` also refuse script addresses. */
export function html(literals: TemplateStringsArray, ...children: readonly Child[]): Html {
  let text = literals[0] ?? '';
  for (const [index, child] of children.entries()) {
    const before = literals[index] ?? '';
    text += holdsAddress(before) ? escapeText(safeAddress(child)) : textOf(child);
    text += literals[index + 1] ?? '';
  }
  return new Markup(text);
}

export function render(page: Html): string {
  return Markup.textOf(page);
}

function textOf(child: Child): string {
  if (child === undefined || child === null || child === false) return '';
  if (child instanceof Markup) return Markup.textOf(child);
  if (typeof child === 'object') return child.map(textOf).join('');
  return escapeText(String(child));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function holdsAddress(before: string): boolean {
  return /\s(?:href|action|src)="$/.test(before);
}

// A return address of a service may reach a page. Entity escaping does not stop
// "javascript:", and browsers drop tabs and line ends inside a scheme, so those go first.
function safeAddress(child: Child): string {
  const address = textOfAddress(child).replace(/[\u0000-\u0020]/g, '');
  const scheme = /^([^/?#:]*):/.exec(address)?.[1];
  const allowed = scheme === undefined || ['https', 'http', 'tel', 'mailto'].includes(scheme.toLowerCase());
  return allowed ? address : '#refused';
}

function textOfAddress(child: Child): string {
  if (typeof child === 'string') return child;
  throw new Error('an address in a template is one string');
}
