/** Rows numbered by `with ordinality`, as one answer a key. */
export function inOrder<Row extends { readonly n: number }>(
  keys: readonly unknown[],
  rows: readonly Row[],
): readonly (Row | undefined)[] {
  const byNumber = new Map(rows.map((row) => [row.n, row]));
  return keys.map((_, index) => byNumber.get(index + 1));
}
