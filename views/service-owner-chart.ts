// A drawing that charts/ made, as markup, twice: for a telephone and for a desk; the style sheet shows
// one. Colours come from the page's own variables, so a drawing is readable at night too.

import { type Html, html } from './html.ts';

export type DrawingNode = {
  readonly tag: 'g' | 'path' | 'line' | 'text';
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly DrawingNode[];
  readonly text: string;
};
export type Drawing = {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly DrawingNode[];
};
export type Chart = { readonly narrow: Drawing; readonly wide: Drawing };

/** `label` says in a sentence what the drawing shows; its numbers stand beside it as a table or list. */
export function chart({ narrow, wide }: Chart, label: string): Html {
  return html`<div class="chart">${svg(narrow, 'chart-narrow', label)}${svg(wide, 'chart-wide', label)}</div>`;
}

const svg = ({ width, height, nodes }: Drawing, name: string, label: string): Html =>
  html`<svg class="${name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}" focusable="false">${nodes.map(node)}</svg>`;

// Names of tags and attributes are of a closed list (charts/drawing.ts) and would survive escaping if not.
const node = ({ tag, attributes, children, text }: DrawingNode): Html =>
  html`<${tag}${attributes.map(([name, value]) => html` ${name}="${value}"`)}>${text}${children.map(node)}</${tag}>`;

/** The same numbers for who does not see the drawing, or wants to copy one. */
export function foldedTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Html {
  return html`<details class="fold"><summary>${title}</summary>
<div class="table-frame" tabindex="0" role="region" aria-label="${title}"><table class="figures">
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(
    ([first = '', ...rest]) =>
      html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td class="number">${cell}</td>`)}</tr>`,
  )}</tbody>
</table></div></details>`;
}
