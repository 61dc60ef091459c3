// Numbers about ourselves, in Prometheus' format.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

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
    code_send_blocked: new Counter({
      name: 'tnid_code_sends_blocked_total',
      help: 'One-time codes that were not sent, by the budget that was used up',
      labelNames: ['budget'],
      registers,
    }),
    zalo_failure: new Counter({
      name: 'tnid_zalo_failures_total',
      help: 'Failures of Zalo by endpoint and word; proof_ignored and refusals_high are alarms of ours',
      labelNames: ['endpoint', 'failure'],
      registers,
    }),
    zalo_event: new Counter({
      name: 'tnid_zalo_events_total',
      help: 'Events told by Zalo, by kind; refused: not signed, too old or about another account',
      labelNames: ['kind'],
      registers,
    }),
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
    /** The scrape: any path of the metrics listener. */
    answer: (_request: IncomingMessage, response: ServerResponse): void => {
      void registry.metrics().then((text) => {
        response.writeHead(200, { 'content-type': registry.contentType });
        response.end(text);
      });
    },
    dependency: (name: string, up: boolean) => dependency.set({ dependency: name }, up ? 1 : 0),
    measure: (method: string, route: string, status: number, seconds: number) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    count: (name: keyof typeof counters, labels: Readonly<Record<string, string>> = {}) =>
      counters[name].inc({ ...labels }),
  };
}
