// Problems in two languages: other words, the same members.

import test from 'ava';
import { languageOf } from '../../packages/guard/language.ts';
import { problemWords, signInAgain } from '../../packages/guard/words.ts';
import { guardFor, readCheckVectors } from './vectors/guard.ts';
import { requestOf } from './vectors/read.ts';

test('Vietnamese is spoken unless English is wanted more', (t) => {
  const table: [string | undefined, 'vi' | 'en'][] = [
    [undefined, 'vi'],
    ['', 'vi'],
    ['vi', 'vi'],
    ['en', 'en'],
    ['EN-us', 'en'],
    ['vi-VN,vi;q=0.9,en;q=0.8', 'vi'],
    ['en-US,en;q=0.9,vi;q=0.8', 'en'],
    ['en;q=0.5, vi;q=0.5', 'vi'],
    ['fr, de', 'vi'],
    ['fr, en;q=0.1', 'en'],
    ['*', 'vi'],
    ['*;q=0.5, en', 'en'],
    ['en;q=0', 'vi'],
    ['english', 'vi'],
    ['en;q=2', 'vi'],
    ['en;q=NaN', 'vi'],
    [',,;;==', 'vi'],
    [`en${',x'.repeat(500)}`, 'vi'],
  ];
  for (const [header, expected] of table) {
    const request = { method: 'GET', url: '/', headers: { 'Accept-Language': header } };
    t.is(languageOf(request), expected, header);
  }
});

test('every problem has its words in both languages, and none is a copy of the other', (t) => {
  t.deepEqual(Object.keys(problemWords.en), Object.keys(problemWords.vi));
  for (const [type, words] of Object.entries({ ...problemWords.vi, again: signInAgain.vi })) {
    t.true(words.title !== '' && words.detail !== '', type);
    t.false(JSON.stringify(problemWords.en).includes(words.title), type);
  }
});

test('every refusal among the vectors has the same members for machines in both languages', async (t) => {
  const vectors = await readCheckVectors();
  const seen = new Set<string>();
  for (const one of vectors.cases) {
    if (one.expect.ok || seen.has(one.expect.problem_type) || one.before !== undefined) continue;
    seen.add(one.expect.problem_type);
    const answers = await Promise.all(
      ['vi', 'en'].map((language) => {
        const request = requestOf(one);
        const rawHeaders = [...(request.rawHeaders ?? []), 'Accept-Language', language];
        return guardFor(vectors, one).check({ ...request, rawHeaders }, one.action);
      }),
    );
    const [vi, en] = answers.map((answer) => {
      if (answer.ok) throw new Error(`${one.name} was allowed`);
      const { title, detail, decision_id: id, ...members } = answer.problem;
      const { 'Content-Language': language, 'DPoP-Nonce': _nonce, ...headers } = answer.headers;
      t.regex(String(id), /^d_[0-9a-f]{32}$/);
      return { title, detail, language, same: { members, headers, status: answer.status } };
    });
    t.deepEqual(vi?.same, en?.same, one.name);
    t.deepEqual([vi?.language, en?.language], ['vi', 'en']);
    t.not(vi?.title, en?.title, one.name);
    t.true(typeof vi?.detail === 'string' && typeof en?.detail === 'string', one.name);
  }
  t.is(seen.size, 13, [...seen].join());
});
