// The table a person reads.

type Side = {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Server CPU a unit of work took, milliseconds. */
  readonly serverMs: number;
  readonly serverCpu: number;
  readonly loadCpu: number;
  readonly otherCore: number;
};
export type Line = {
  readonly name: string;
  readonly target: number;
  readonly broker: Side;
  readonly bare: Side | undefined;
  readonly ratio: number | undefined;
};
export type GuardLine = { readonly name: string; readonly perSecond: number };

const share = (value: number) => (Number.isNaN(value) ? '–' : `${Math.round(value * 100)}%`);

export function table(lines: readonly Line[]): string {
  const head = ['', 'ours/s', 'p50 ms', 'p99 ms', 'bare/s', 'p50 ms', 'p99 ms', 'ratio', 'target', '', 'cpu ms', 'ratio', 'server cpu', 'load cpu', 'core 1']; // prettier-ignore
  const rows = lines.map(({ name, target, broker, bare, ratio }) => [
    name,
    broker.perSecond.toFixed(0),
    broker.p50Ms.toFixed(1),
    broker.p99Ms.toFixed(1),
    bare?.perSecond.toFixed(0) ?? '–',
    bare?.p50Ms.toFixed(1) ?? '–',
    bare?.p99Ms.toFixed(1) ?? '–',
    ratio?.toFixed(2) ?? '–',
    `≥ ${target.toFixed(2)}`,
    ratio === undefined ? '' : ratio >= target ? 'ok' : 'BELOW',
    `${broker.serverMs.toFixed(2)} ${bare?.serverMs.toFixed(2) ?? '–'}`,
    bare === undefined ? '–' : (bare.serverMs / broker.serverMs).toFixed(2),
    `${share(broker.serverCpu)} ${share(bare?.serverCpu ?? Number.NaN)}`,
    `${share(broker.loadCpu)} ${share(bare?.loadCpu ?? Number.NaN)}`,
    `${share(broker.otherCore)} ${share(bare?.otherCore ?? Number.NaN)}`,
  ]);
  return aligned([head, ...rows]);
}

export function guardTable(lines: readonly GuardLine[]): string {
  const verify = lines.find(({ name }) => name.startsWith('bare'))?.perSecond ?? Number.NaN;
  return aligned([
    ['guard', 'per second', 'of bare'],
    ...lines.map(({ name, perSecond }) => [name, perSecond.toFixed(0), (perSecond / verify).toFixed(2)]),
  ]);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    ) // prettier-ignore
    .join('\n');
}
