// Which routes a service's OpenAPI file offers, so that lint can find one the catalogue forgot.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Route } from '../policies/decide.ts';
import type { Problem, ReadFile } from './read.ts';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'] as const;
const openapiSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** `service.openapi` is a path beside the catalogue's own file, YAML or JSON. */
export async function readOpenapiRoutes(
  directory: string,
  { file, content, lineOf }: ReadFile,
): Promise<{ readonly routes: readonly Route[] } | { readonly problems: readonly Problem[] }> {
  if (content.service.openapi === undefined) return { routes: [] };
  const path = resolve(directory, content.service.openapi);
  try {
    const { paths } = openapiSchema.parse(parse(await readFile(path, 'utf8'), { maxAliasCount: 20 }));
    return {
      routes: Object.entries(paths).flatMap(([route, operations]) =>
        methods
          .filter((method) => method in operations)
          .map((method) => ({ method: method.toUpperCase(), path: route })),
      ),
    };
  } catch {
    // Missing, unreadable or not OpenAPI: for the editor of the catalogue it is one answer.
    const line = lineOf(['service', 'openapi']);
    return {
      problems: [
        { file, line, message: `service.openapi: không đọc được tệp OpenAPI ${content.service.openapi}` },
      ],
    };
  }
}
