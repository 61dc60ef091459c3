// How long checks took, as counts in buckets: four to a doubling, so a percentile is known to about a
// tenth, and two hours are added by adding numbers.

const SMALLEST_MS = 0.0625;
const PER_DOUBLING = 4;
/** 16 s; what took longer lies here too. */
const LAST = 72;

export function bucketOf(tookMs: number): number {
  if (tookMs <= SMALLEST_MS) return 0;
  return Math.min(LAST, Math.ceil(PER_DOUBLING * Math.log2(tookMs / SMALLEST_MS)));
}

/**
 * The time within which `share` of the checks was over, in ms; undefined without checks. Within a bucket
 * it is taken to lie where the count says, on a scale of proportions.
 */
export function percentile(countOf: ReadonlyMap<number, number>, share: number): number | undefined {
  const buckets = [...countOf].filter(([, n]) => n > 0).toSorted(([a], [b]) => a - b);
  const wanted = share * buckets.reduce((sum, [, n]) => sum + n, 0);
  let before = 0;
  for (const [bucket, n] of buckets) {
    if (before + n >= wanted) {
      const part = (wanted - before) / n;
      return bucket === 0 ? SMALLEST_MS * part : SMALLEST_MS * 2 ** ((bucket - 1 + part) / PER_DOUBLING);
    }
    before += n;
  }
  return undefined;
}
