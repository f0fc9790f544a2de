/** A block of baseline: its count and exposure. */
export interface CountBlock {
  readonly count: number;
  readonly exposure: number;
}

/**
 * Pearson dispersion of counts around a constant rate per exposure,
 * Σ (n − λE)² / (λE) / (blocks − 1) with λ = Σn / ΣE: 1 for Poisson counts, more when findings
 * come in campaigns. Dimensionless; 1 with fewer than three blocks or no counts.
 */
export function dispersion(blocks: readonly CountBlock[]): number {
  const exposed = blocks.filter(({ exposure }) => exposure > 0);
  const total = exposed.reduce((sum, { count }) => sum + count, 0);
  const exposure = exposed.reduce((sum, block) => sum + block.exposure, 0);
  if (exposed.length < 3 || total === 0) {
    return 1;
  }
  const squares = exposed.map((block) => {
    const expected = (total / exposure) * block.exposure;
    return (block.count - expected) ** 2 / expected;
  });
  return squares.reduce((sum, square) => sum + square, 0) / (exposed.length - 1);
}

/** Above this the counts are divided by the dispersion before they are tested. */
const maxDispersion = 1.5;

export function countDivisor(blocks: readonly CountBlock[]): number {
  const value = dispersion(blocks);
  return value > maxDispersion ? value : 1;
}
