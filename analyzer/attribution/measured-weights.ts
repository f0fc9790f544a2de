/**
 * Weights of what metrics say, in nats. Set by hand; the public set that they were looked at with
 * is small (26 incidents), so they are few and round.
 */
export const measuredWeights = {
  /** A fall of the success rate is worth most * fall / (fall + half). */
  fall: {
    contrast: { most: 4, half: 0.1 },
    edges: { most: 3, half: 0.1 },
    callers: { most: 1, half: 0.1 },
  },
  /** Smaller falls are noise. */
  leastFall: 0.01,
  /** Log ratio of new to old beyond `least`, up to `most`. */
  ratio: {
    latency_ms: { most: 1, least: 1.5 },
    cpu_percent: { most: 1, least: 1.2 },
  },
  /** Points of the new version at which a ratio counts half: the first ones are cold. */
  ratioHalfPoints: 4,
  /** mostNats * (1 - exp(-(observed - grace) / constant)): instances take a minute to start. */
  silence: { mostNats: 2.5, graceMs: 60_000, constantMs: 120_000 },
  /** -weight * ln(1 + age / constant); within the skew of clocks a start may be after the onset. */
  freshness: { weight: 0.2, constantMs: 120_000, afterOnset: -0.7 },
  /** Whose change it is: of the service itself, of what it calls, of what calls it, of neither. */
  place: { itself: 0.5, called: 0, caller: -0.5, apart: -1.5 },
} as const;
