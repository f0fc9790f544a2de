/** Annotators' change points by annotator, 0-based first index of the new regime. */
export type Annotations = Readonly<Record<string, readonly number[]>>;

const margin = 5;

/**
 * F1 and segmentation cover of the Turing Change Point Dataset.
 *
 * F1: predictions within five positions count once; precision against the union of the
 * annotators, recall as the mean over them; index 0 belongs to everybody. Cover: mean over
 * annotators of the length-weighted best Jaccard overlap of their segments with the predicted.
 *
 * Source: van den Burg and Williams 2020, arXiv 2003.06222.
 */
export function tcpdScore(
  annotations: Annotations,
  predicted: readonly number[],
  length: number,
): { readonly f1: number; readonly cover: number } {
  const found = [...new Set([0, ...predicted])].toSorted((a, b) => a - b);
  const annotated = Object.values(annotations).map((points) => [...new Set([0, ...points])]);
  const union = [...new Set(annotated.flat())].toSorted((a, b) => a - b);
  const precision = truePositives(union, found) / found.length;
  const recall = mean(annotated.map((points) => truePositives(points, found) / points.length));
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  const segments = segmentsOf(found, length);
  return { f1, cover: mean(annotated.map((points) => coverOf(points, segments, length))) };
}

function truePositives(wanted: readonly number[], found: readonly number[]): number {
  const left = new Set(found);
  let hits = 0;
  for (const point of wanted.toSorted((a, b) => a - b)) {
    const near = [...left]
      .filter((candidate) => Math.abs(candidate - point) <= margin)
      .toSorted((a, b) => Math.abs(a - point) - Math.abs(b - point) || a - b);
    if (near[0] !== undefined) {
      left.delete(near[0]);
      hits += 1;
    }
  }
  return hits;
}

function coverOf(
  points: readonly number[],
  predicted: readonly (readonly [number, number])[],
  length: number,
): number {
  let sum = 0;
  for (const [from, to] of segmentsOf(points, length)) {
    const overlaps = predicted.map(([start, end]) => {
      const shared = Math.max(0, Math.min(to, end) - Math.max(from, start));
      return shared / (to - from + (end - start) - shared);
    });
    sum += (to - from) * Math.max(...overlaps);
  }
  return sum / length;
}

function segmentsOf(points: readonly number[], length: number): [number, number][] {
  const starts = [...new Set([0, ...points])]
    .filter((point) => point < length)
    .toSorted((a, b) => a - b);
  return starts.map((start, index) => [start, starts[index + 1] ?? length]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
