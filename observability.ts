// Logs and numbers about ourselves. What must never be written is taken out here as well, behind
// the rule that nobody passes it in the first place.

import pino from 'pino';
import type { DestinationStream } from 'pino';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export type Log = (
  level: 'error' | 'warn' | 'info' | 'debug',
  event: string,
  facts?: Readonly<Record<string, unknown>>,
) => void;

// Names under which a secret or a person might come along, at any of the first three depths.
const SECRET_NAMES = [
  'authorization', 'cookie', 'set-cookie', 'dpop', 'password', 'secret', 'client_secret', 'client_assertion', 'code', 'code_verifier',
  'access_token', 'accessToken', 'refresh_token', 'refreshToken', 'id_token', 'token', 'otp', 'state', 'nonce', 'phone', 'e164', 'to',
  'personalNumber', 'personal_number', 'name', 'birthdate', 'text',
]; // prettier-ignore

export function createLog(level: string, destination?: DestinationStream): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_NAMES.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
        censor: '[removed]',
      },
    },
    destination ?? pino.destination({ sync: false, fd: 2 }),
  );
  return (at, event, facts = {}) => logger[at]({ event, ...cleaned(facts) });
}

// Free text may quote what a caller sent: long runs of token-like characters, twelve-digit numbers
// and phone numbers go, and so do the line ends and escapes that would forge a second line.
function cleaned(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'string' ? cleanText(member, name) : member,
    ]),
  );
}

function cleanText(text: string, name: string): string {
  const plain = text
    .replace(/(?:eyJ[\w-]+\.[\w-]*\.[\w-]*)|[A-Za-z0-9_-]{40,}/g, '[removed]')
    .replace(/(?<!\d)(?:\+?84|0)?\d{9,12}(?!\d)/g, '[number]');
  return name === 'stack' ? plain : plain.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: 'tnid_request_seconds',
    help: 'Requests by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const counters = {
    token_issued: new Counter({
      name: 'tnid_tokens_issued_total',
      help: 'Access tokens issued',
      labelNames: ['client'],
      registers,
    }),
    protocol_error: new Counter({
      name: 'tnid_protocol_errors_total',
      help: 'Protocol errors answered',
      labelNames: ['route', 'error'],
      registers,
    }),
    server_error: new Counter({ name: 'tnid_server_errors_total', help: 'Our own failures', registers }),
    upstream_failure: new Counter({
      name: 'tnid_upstream_failures_total',
      help: 'Failures of outside systems by class',
      labelNames: ['system', 'failure'],
      registers,
    }),
  };
  const dependency = new Gauge({
    name: 'tnid_dependency_up',
    help: '1 when the dependency answered last',
    labelNames: ['dependency'],
    registers,
  });
  return {
    registry,
    dependency: (name: string, up: boolean) => dependency.set({ dependency: name }, up ? 1 : 0),
    measure: (method: string, route: string, status: number, seconds: number) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    count: (name: keyof typeof counters, labels: Readonly<Record<string, string>> = {}) =>
      counters[name].inc({ ...labels }),
  };
}
