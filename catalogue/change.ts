// One difference between two catalogues, and which way it goes.

export type Direction = 'weaker' | 'stronger' | 'neutral';
/** `where` is the service, action or purpose; `what` a sentence for the approvers. */
export type Change = { readonly direction: Direction; readonly where: string; readonly what: string };

export function change(direction: Direction, where: string, what: string): Change {
  return { direction, where, what };
}

/** Removing from a list that admits (clients, recipients) is stronger, adding is weaker. */
export function changesOfAdmitted(
  where: string,
  noun: string,
  before: readonly string[],
  after: readonly string[],
): Change[] {
  return [
    ...after
      .filter((one) => !before.includes(one))
      .map((one) => change('weaker', where, `thêm ${noun} ${one}`)),
    ...before
      .filter((one) => !after.includes(one))
      .map((one) => change('stronger', where, `bỏ ${noun} ${one}`)),
  ];
}
