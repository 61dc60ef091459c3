// The events as an auditor sees them: no names, no numbers, one line each.

export type LedgerEvent = {
  readonly at: Date;
  readonly log: string;
  readonly kind: string;
  readonly outcome: string;
  readonly serviceId: string | null;
  readonly purposeId: string | null;
  readonly stream: string;
  readonly n: number;
};

const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', timeStyle: 'medium' });

export function ledgerLines(events: readonly LedgerEvent[]): string[] {
  const head = ['Giờ', 'Sổ', 'Việc', 'Kết quả', 'Tiện ích', 'Mục đích', 'Sổ#thứ tự'];
  const rows = events.map((event) => [
    clock.format(event.at),
    event.log,
    event.kind,
    event.outcome,
    // The first word of the host names the service.
    event.serviceId === null ? '-' : (new URL(event.serviceId).hostname.split('.')[0] ?? '-'),
    event.purposeId ?? '-',
    `${event.stream.slice(0, 8)}#${event.n}`,
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
