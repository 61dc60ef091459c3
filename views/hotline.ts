import { type Html, html } from './html.ts';

const number = '1022';

/** Every mention of the hotline in our own sentences can be tapped to call it. */
export function hotline(sentence: string): Html {
  const [first = '', ...rest] = sentence.split(number);
  return html`${first}${rest.map((part) => html`<a href="tel:${number}">${number}</a>${part}`)}`;
}
