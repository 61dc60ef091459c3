// The only reader of the environment. Every problem is reported at once and by name; a missing
// secret stops the start. There is no switch that turns a protection off.

import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { HOTLINE_TERMS, REGISTER_TERMS, settings, ZNS_TERMS } from './settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

type Name = keyof typeof settings;
type Settings = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['schema']> };
export type Config = Omit<Settings, 'TNID_ACR_BASE'> & { readonly TNID_ACR_BASE: string };

export class ConfigurationError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`configuration: ${problems.length} problem(s)\n${problems.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/**
 * Reads and checks the whole configuration.
 * Each name may also be given as NAME_FILE, a file holding the value (a mounted secret).
 * @throws ConfigurationError naming every problem at once; values never appear in it
 */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  for (const name of Object.keys(environment)) {
    const known = name.replace(/_FILE$/, '') in settings || name in settings;
    if (name.startsWith('TNID_') && !known) problems.push(`${name} is not a setting`);
  }
  // The keys of `settings` are its names.
  const config = parsed(environment, Object.keys(settings) as Name[], problems);
  if (config.TNID_VNEID_CLIENT_SECRET === undefined && config.TNID_VNEID_PRIVATE_KEY === undefined) {
    problems.push('TNID_VNEID_CLIENT_SECRET or TNID_VNEID_PRIVATE_KEY is missing');
  }
  // The register is asked under a declared procedure and by somebody who answers for it, or not at all.
  if (config.TNID_REGISTER_URL !== undefined) {
    for (const name of REGISTER_TERMS)
      if (config[name] === undefined) problems.push(`${name} is missing (needed with TNID_REGISTER_URL)`);
  }
  if (config.TNID_ZNS_OA_ID !== undefined) {
    for (const name of ZNS_TERMS)
      if (config[name] === undefined) problems.push(`${name} is missing (needed with TNID_ZNS_OA_ID)`);
  }
  if (HOTLINE_TERMS.some((name) => config[name] !== undefined)) {
    for (const name of HOTLINE_TERMS)
      if (config[name] === undefined)
        problems.push(`${name} is missing (the hotline needs all of its settings)`);
  }
  if (config.TNID_OA_SECRET !== undefined && config.TNID_ZNS_OA_ID === undefined)
    problems.push('TNID_ZNS_OA_ID is missing (needed with TNID_OA_SECRET)');
  if (config.TNID_ZALO_MINIAPP_API_KEY !== undefined && config.TNID_ZALO_MINIAPP_ID === undefined)
    problems.push('TNID_ZALO_MINIAPP_ID is missing (needed with TNID_ZALO_MINIAPP_API_KEY)');
  if (config.TNID_CARD_AUTHORITY_URL !== undefined && config.TNID_CARD_AUTHORITY_API_KEY === undefined)
    problems.push('TNID_CARD_AUTHORITY_API_KEY is missing (needed with TNID_CARD_AUTHORITY_URL)');
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { ...config, TNID_ACR_BASE: config.TNID_ACR_BASE ?? `${config.TNID_ISSUER}/acr/` };
}

/** The same for a command that needs only some settings. */
export function readSettings<N extends Name>(
  environment: Environment,
  names: readonly N[],
): Pick<Settings, N> {
  const problems: string[] = [];
  const values = parsed(environment, names, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return values;
}

function parsed<N extends Name>(
  environment: Environment,
  names: readonly N[],
  problems: string[],
): Pick<Settings, N> {
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const schema: z.ZodType = settings[name].schema; // widened: the union of schemas has no common call signature
    const text = textOf(environment, name, problems);
    const result = schema.safeParse(text);
    if (result.success) values[name] = result.data;
    else if (text === undefined) problems.push(`${name} is missing (${settings[name].about})`);
    else problems.push(`${name} ${result.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  return values as Pick<Settings, N>; // each member was produced by its own schema, or a problem was noted
}

/** The environment of this process. Here and nowhere else. */
export function processEnvironment(): Environment {
  return process.env;
}

function textOf(environment: Environment, name: string, problems: string[]): string | undefined {
  const file = environment[`${name}_FILE`];
  if (file === undefined) return environment[name] === '' ? undefined : environment[name];
  if (environment[name] !== undefined) problems.push(`${name} and ${name}_FILE are both set`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    // Not the path either: the commonest mistake is the secret itself in its place.
    problems.push(`${name}_FILE names a file that cannot be read`);
    return undefined;
  }
}
