// Catalogue folders for the tests: the real ones, changed in one place.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { compileCatalogue, type Catalogue } from '../../catalogue/catalogue.ts';
import type { ServiceFile } from '../../catalogue/schema.ts';
import { formatProblems, readServiceFile } from '../../catalogue/read.ts';

export const servicesFolder = 'policies/services';

/** A folder with the given files, gone after the test. */
export async function folderOf(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tn-catalogue-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  return folder;
}

export async function read(name: string): Promise<string> {
  return readFile(join(servicesFolder, name), 'utf8');
}

/** Replaces one piece of text that must be there. */
export function edit(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`not in the file: ${from}`);
  return text.replace(from, () => to);
}

/** A file with the given replacements, compiled without lint: a diff must judge what lint would stop, too. */
export async function compileEdited(
  name: string,
  edits: readonly (readonly [string, string])[],
): Promise<Catalogue> {
  return compileCatalogue([await fileOf(name, edits)]);
}

export async function fileOf(
  name: string,
  edits: readonly (readonly [string, string])[] = [],
): Promise<ServiceFile> {
  const text = edits.reduce((before, [from, to]) => edit(before, from, to), await read(name));
  const file = readServiceFile(name, text);
  if ('problems' in file) throw new Error(formatProblems(file.problems));
  return file.content;
}

/** A service file with so many actions, for measuring. */
export function manyActions(code: string, count: number): string {
  const actions = Array.from(
    { length: count },
    (_, index) => `  - action: ${code}.viec-${index}
    title: { vi: Việc số ${index}, en: Action ${index} }
    http: [{ method: POST, path: "/viec-${index}/{ma}" }, { method: GET, path: /xem-${index} }]
    require:
      level: 2
      maxAge: 900
      scopes: [svc:${code}:viec-${index}]
      consent: { purpose: ${code}.muc-dich }
      amrAnyOf: [[vneid], [sc, face]]
      clients: [first_party, gov_portal]
    handover: local
    risk: high
    area: commune
    legal: "MẪU THỬ: đo tốc độ"
    owner: Cơ quan mẫu
    effectiveFrom: 2026-01-01
`,
  );
  return `issued: 2026-11-22
service:
  id: https://${code}.dichvu.tayninh.gov.vn
  code: ${code}
  title: { vi: Dịch vụ ${code}, en: Service ${code} }
  owner: { vi: Cơ quan mẫu, en: Sample office }
  contact: "1022"
  sector: ${code}
  tokens: jwt
  transferAgreement: TT-2026-000
purposes:
  - id: ${code}.muc-dich
    version: 1
    title: { vi: Mục đích, en: Purpose }
    text: { vi: Câu mẫu., en: A sample. }
    basis: consent
    data:
      - { claim: name, class: basic, label: { vi: Họ và tên, en: Full name } }
    retention: P1Y
    retentionText: { vi: 1 năm, en: 1 year }
    recipients: [Cơ quan mẫu]
    needed: true
actions:
${actions.join('')}`;
}
