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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map((error) => ({
        file,
        line: lines.linePos(error.pos[0]).line,
        message: `sai cách viết YAML (${error.code}); kiểm tra thụt đầu dòng, dấu hai chấm và khoá bị lặp`,
      })),
    };
  }
  const lineOf = (path: KeyPath): number => findLine(document, lines, path);
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

function findLine(document: Document, lines: LineCounter, path: KeyPath): number {
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
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? 'thiếu mục này'
      : `giá trị sai kiểu, cần ${typeWords[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `chỉ được là một trong: ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_union') return 'chỉ được là 1 hoặc 2';
  if (issue.code === 'too_small')
    return issue.origin === 'number' || issue.origin === 'int'
      ? `không được nhỏ hơn ${issue.minimum}`
      : 'không được để trống';
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
