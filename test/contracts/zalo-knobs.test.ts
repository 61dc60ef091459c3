// Every knob of the twin is turned by some test: a variant nobody tries is a variant nobody tolerates.

import { readFileSync, readdirSync } from 'node:fs';
import test from 'ava';
import { defaultKnobs, withChange } from '../../sandbox/zalo/knobs.ts';

// Read by the page that plays Zalo on a phone; the twin only keeps it.
const ofThePage = ['webview.return'];

test('each knob is turned by a contract test', (t) => {
  const folder = new URL('.', import.meta.url);
  const texts = readdirSync(folder)
    .filter((name) => name.startsWith('z') && name !== 'zalo-knobs.test.ts')
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const idle = Object.keys(defaultKnobs).filter((name) => !texts.some((text) => text.includes(`'${name}'`) || new RegExp(`\\b${name}: '`).test(text))); // prettier-ignore
  t.deepEqual(idle, ofThePage);
});

test('an unknown knob and an unknown value are refused; undefined leaves a knob as it is', (t) => {
  const odd: object = { 'no.such': 1 };
  t.throws(() => withChange(defaultKnobs, odd));
  const wrong: object = { egress: 'mars' };
  t.throws(() => withChange(defaultKnobs, wrong));
  t.deepEqual(withChange(defaultKnobs, { egress: undefined }), defaultKnobs);
});
