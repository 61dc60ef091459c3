// The rules a catalogue must keep before it may be published (protocol §11; handover: law contract §2).
// It judges the files only: whether a level is wise for an action is for the people who approve it.

import type { Route } from '../policies/decide.ts';
import { lintAction } from './lint-action.ts';
import { lintPurpose } from './lint-purpose.ts';
import { lintService } from './lint-service.ts';
import type { Complaint, KeyPath, Problem, ReadFile } from './read.ts';
import { isWrite, objectOf, routeKey } from '../policies/routes.ts';
import type { ActionEntry } from './schema.ts';

/** `openapiRoutes`: what each service's OpenAPI file offers, by file name; services without one are absent. */
export function lintCatalogue(
  files: readonly ReadFile[],
  openapiRoutes: ReadonlyMap<string, readonly Route[]>,
): Problem[] {
  const problems: Problem[] = [];
  const complain = (file: ReadFile, complaints: Iterable<Complaint>): void => {
    for (const { path, message } of complaints) {
      problems.push({ file: file.file, line: file.lineOf(path), message: `${path.join('.')}: ${message}` });
    }
  };
  for (const file of files) {
    const { content } = file;
    content.actions.forEach((action, index) =>
      complain(file, at(['actions', index], lintAction(action, content))),
    );
    content.purposes.forEach((purpose, index) =>
      complain(file, at(['purposes', index], lintPurpose(purpose, content))),
    );
    complain(file, lintService(content));
    complain(file, scopesOnOneLevel(file));
    complain(file, writesNotBelowReads(file));
    complain(file, routesOnce(file));
    complain(file, routesAllMapped(file, openapiRoutes.get(file.file) ?? []));
  }
  for (const { file, complaint } of namesOnce(files)) complain(file, [complaint]);
  return problems;
}

function* at(prefix: KeyPath, complaints: Iterable<Complaint>): Generator<Complaint> {
  for (const { path, message } of complaints) yield { path: [...prefix, ...path], message };
}

// iGov: a higher level has a scope of its own, so that a token's scope tells its level.
function* scopesOnOneLevel({ content }: ReadFile): Generator<Complaint> {
  const levels = new Map<string, number>();
  for (const [index, { require }] of content.actions.entries()) {
    for (const scope of require.scopes) {
      const known = levels.get(scope) ?? require.level;
      levels.set(scope, known);
      if (known !== require.level) {
        yield {
          path: ['actions', index, 'require', 'scopes'],
          message: `phạm vi ${scope} đã dùng cho việc ở mức ${known}; việc ở mức ${require.level} cần phạm vi riêng`,
        };
      }
    }
  }
}

function* writesNotBelowReads({ content }: ReadFile): Generator<Complaint> {
  const readLevels = new Map<string, number>();
  for (const action of content.actions.filter((one) => !isWrite(one))) {
    for (const object of objectsOf(action)) {
      readLevels.set(object, Math.max(readLevels.get(object) ?? 0, action.require.level));
    }
  }
  for (const [index, action] of content.actions.entries()) {
    if (!isWrite(action)) continue;
    const readLevel = Math.max(0, ...objectsOf(action).map((object) => readLevels.get(object) ?? 0));
    if (action.require.level < readLevel) {
      yield {
        path: ['actions', index, 'require', 'level'],
        message: `việc ghi ở mức ${action.require.level} thấp hơn việc xem cùng đối tượng (mức ${readLevel})`,
      };
    }
  }
}

function* routesOnce({ content }: ReadFile): Generator<Complaint> {
  const seen = new Set<string>();
  const all: { path: KeyPath; route: Route }[] = [
    ...content.service.public.map((route, index) => ({ path: ['service', 'public', index], route })),
    ...content.actions.flatMap((action, index) =>
      action.http.map((route, position) => ({ path: ['actions', index, 'http', position], route })),
    ),
  ];
  for (const { path, route } of all) {
    const key = routeKey(route);
    if (seen.has(key)) yield { path, message: `${route.method} ${route.path} đã được khai báo ở chỗ khác` };
    seen.add(key);
  }
}

// Default deny: a route nobody thought about must not be reachable.
function* routesAllMapped({ content }: ReadFile, offered: readonly Route[]): Generator<Complaint> {
  const known = new Set(
    [...content.service.public, ...content.actions.flatMap((action) => action.http)].map(routeKey),
  );
  for (const route of offered) {
    if (!known.has(routeKey(route))) {
      yield {
        path: ['service', 'openapi'],
        message: `${route.method} ${route.path} có trong OpenAPI nhưng không thuộc việc nào và không nằm trong public`,
      };
    }
  }
}

function* namesOnce(files: readonly ReadFile[]): Generator<{ file: ReadFile; complaint: Complaint }> {
  const owners = new Map<string, ReadFile>();
  for (const file of files) {
    const { service, actions, purposes } = file.content;
    const names: { what: string; name: string; path: KeyPath; sharedInFile?: boolean }[] = [
      { what: 'địa chỉ dịch vụ', name: service.id, path: ['service', 'id'] },
      { what: 'mã dịch vụ', name: service.code, path: ['service', 'code'] },
      ...actions.map(({ action }, index) => ({
        what: 'việc',
        name: action,
        path: ['actions', index, 'action'],
      })),
      ...purposes.map(({ id }, index) => ({ what: 'mục đích', name: id, path: ['purposes', index, 'id'] })),
      ...actions.flatMap(({ require }, index) =>
        require.scopes.map((name) => ({
          what: 'phạm vi',
          name,
          path: ['actions', index, 'require', 'scopes'],
          sharedInFile: true,
        })),
      ),
    ];
    for (const { what, name, path, sharedInFile } of names) {
      const owner = owners.get(`${what} ${name}`);
      if (owner !== undefined && !(sharedInFile === true && owner === file)) {
        yield { file, complaint: { path, message: `${what} ${name} đã có trong ${owner.file}` } };
      }
      owners.set(`${what} ${name}`, owner ?? file);
    }
  }
}

function objectsOf(action: ActionEntry): string[] {
  return action.http.map(({ path }) => objectOf(path));
}
