// Reads one file of the catalogue. The people who edit it are not programmers, so every problem
// names file and line and says in Vietnamese what to change.

import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { serviceFileSchema, type ServiceFile } from './schema.ts';

export type KeyPath = readonly (string | number)[];
export type Problem = { readonly file: string; readonly line: number; readonly message: string };

/** A problem before its key path is turned into a line. */
export type Complaint = { readonly path: KeyPath; readonly message: string };

export type ReadFile = {
  readonly file: string;
  readonly content: ServiceFile;
  /** The line on which a key stands, or the nearest one above it that exists. */
  readonly lineOf: (path: KeyPath) => number;
};

export function readServiceFile(
  file: string,
  text: string,
): ReadFile | { readonly problems: readonly Problem[] } {
  // Two ways to write ế look alike and hash apart; receipts quote the sentence, so one way only.
  const decomposed = text.split('\n').findIndex((line) => line !== line.normalize('NFC'));
  if (decomposed >= 0) {
    const message = 'chữ có dấu phải gõ theo Unicode dựng sẵn (NFC); gõ lại dòng này bằng bộ gõ thường dùng';
    return { problems: [{ file, line: decomposed + 1, message }] };
  }
  const { document, lines } = parseYaml(text);
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => ({
        file,
        line: lines.linePos(error.pos[0]).line,
        message: `sai cách viết YAML (${error.code}); kiểm tra thụt đầu dòng, dấu hai chấm và khoá bị lặp`,
      })),
    };
  }
  // Parsed again for the first complaint: holding every tree made lint of 1,000 actions a quarter slower.
  let parsedAgain: ReturnType<typeof parseYaml> | undefined;
  const lineOf = (path: KeyPath): number => findLine((parsedAgain ??= parseYaml(text)), path);
  // A few aliases are enough for any honest file; more is a decompression bomb.
  const parsed = serviceFileSchema.safeParse(document.toJS({ maxAliasCount: 20 }), { error: explain });
  if (parsed.success) return { file, content: parsed.data, lineOf };
  return {
    problems: parsed.error.issues.flatMap((issue) => {
      const path = issue.path.filter((key) => typeof key !== 'symbol');
      const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
      return unknownKeys.map((key) => ({
        file,
        line: lineOf(key === undefined ? path : [...path, key]),
        message: `${[...path, ...(key === undefined ? [] : [key])].join('.')}: ${key === undefined ? issue.message : 'khoá không có trong mẫu, hãy xoá hoặc sửa chính tả'}`,
      }));
    }),
  };
}

export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n');
}

function parseYaml(text: string): { readonly document: Document; readonly lines: LineCounter } {
  const lines = new LineCounter();
  return {
    document: parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' }),
    lines,
  };
}

function findLine({ document, lines }: ReturnType<typeof parseYaml>, path: KeyPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (hasRange(node)) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

// Undefined leaves the sentence given in schema.ts, or zod's own.
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  const choices = issue.code === 'invalid_value' ? `chỉ được là một trong: ${issue.values.join(', ')}` : '';
  if (issue.input === undefined) return `thiếu mục này${choices === '' ? '' : `, ${choices}`}`;
  if (issue.code === 'invalid_type')
    return `giá trị sai kiểu, cần ${typeWords[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return choices;
  if (issue.code === 'invalid_union') return 'chỉ được là 1 hoặc 2';
  if (issue.code === 'too_small')
    return issue.origin === 'number' || issue.origin === 'int'
      ? `không được nhỏ hơn ${issue.minimum}`
      : 'không được để trống';
  if (issue.code === 'too_big') return `không được lớn hơn ${issue.maximum}`;
  return undefined;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'chữ',
  number: 'số',
  int: 'số nguyên',
  boolean: 'true hoặc false',
  array: 'danh sách',
  object: 'nhóm các mục',
};
