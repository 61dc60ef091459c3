// A drawing as data. Vega writes SVG as text; a page takes no text for markup, so what it wrote is read
// back into the few elements and attributes named here and everything else falls away: classes, fonts,
// roles, empty frames. What remains needs no style attribute, which our pages' policy would drop.

const TAGS = ['g', 'path', 'line', 'text'] as const;
const ATTRIBUTES = [
  'd',
  'transform',
  'x2',
  'y2',
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'text-anchor',
  'font-size',
  'font-weight',
] as const;

export type DrawingNode = {
  readonly tag: (typeof TAGS)[number];
  readonly attributes: readonly (readonly [name: (typeof ATTRIBUTES)[number], value: string])[];
  readonly children: readonly DrawingNode[];
  readonly text: string;
};
export type Drawing = {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DrawingNode[];
};

type Open = { tag: string; attributes: DrawingNode['attributes']; children: DrawingNode[]; text: string };

/** Reads what Vega wrote. @throws Error for text that is not whole SVG of its kind */
export function drawingOf(svg: string): Drawing {
  const root: Open = { tag: 'root', attributes: [], children: [], text: '' };
  const stack = [root];
  let size = { width: 0, height: 0 };
  for (const [, closing, tag = '', rest = '', selfClosing, text = ''] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s+[a-zA-Z0-9:-]+="[^"]*")*)\s*(\/?)>([^<]*)/g,
  )) {
    if (closing === '/') {
      const done = stack.pop();
      const above = stack.at(-1);
      if (done?.tag !== tag || above === undefined)
        throw new Error('a drawing that does not close its elements');
      above.children.push(...kept(done));
      continue;
    }
    const given = new Map(Array.from(rest.matchAll(/([a-zA-Z0-9:-]+)="([^"]*)"/g), ([, name = '', value = '']) => [name, plain(value)] as const)); // prettier-ignore
    if (tag === 'svg') size = { width: Number(given.get('width')), height: Number(given.get('height')) };
    const attributes = ATTRIBUTES.flatMap((name) => {
      const value = given.get(name);
      return value === undefined || isDefault(name, value) ? [] : [[name, short(name, value)] as const];
    });
    const open: Open = { tag, attributes, children: [], text: plain(text) };
    if (selfClosing === '/') stack.at(-1)?.children.push(...kept(open));
    else stack.push(open);
  }
  if (stack.length !== 1 || !(size.width > 0 && size.height > 0)) throw new Error('a drawing without its size or its end'); // prettier-ignore
  return { ...size, nodes: root.children };
}

// A group that says nothing gives way to what it holds; what is invisible goes.
function kept({ tag, attributes, children, text }: Open): DrawingNode[] {
  if (tag === 'svg' || (tag === 'g' && attributes.length === 0)) return children;
  const known = TAGS.find((name) => name === tag);
  if (known === undefined) return [];
  if (known === 'g' && children.length === 0) return [];
  if (known === 'text' && text.trim() === '') return [];
  const painted = attributes.some(
    ([name, value]) => (name === 'fill' || name === 'stroke') && value !== 'none',
  );
  if ((known === 'path' || known === 'line') && !painted) return [];
  return [{ tag: known, attributes, children, text: known === 'text' ? text : '' }];
}

const isDefault = (name: string, value: string) =>
  (name === 'transform' && /^translate\(0,\s*0\)$/.test(value)) ||
  (name === 'text-anchor' && value === 'start');

// A tenth of a pixel is finer than a screen, and half the bytes.
const short = (name: string, value: string) =>
  name === 'd' || name === 'transform' || name === 'x2' || name === 'y2'
    ? value.replace(/-?\d+\.\d+(?:e-?\d+)?/g, (number) => String(Math.round(Number(number) * 10) / 10))
    : value;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
const plain = (text: string) =>
  text.replace(/&(lt|gt|amp|quot);/g, (_, name: string) => ENTITIES[name] ?? '');
