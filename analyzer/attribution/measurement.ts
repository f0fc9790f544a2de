/** One series of an incident's surroundings. */
export interface Measurement {
  readonly service: string;
  /** The other end of the edge it was measured on, whichever calls; empty: the service's own. */
  readonly peer: string;
  /** Empty where the measurements do not tell versions apart. */
  readonly version: string;
  /** `success_rate` (0..1), `latency_ms`, `cpu_percent`, or any other name. */
  readonly name: string;
  readonly points: readonly MeasuredPoint[];
}

export interface MeasuredPoint {
  readonly timeUnixMs: number;
  readonly value: number;
}

/** `source` calls `target`. */
export interface ServiceEdge {
  readonly source: string;
  readonly target: string;
}

export interface Surroundings {
  readonly topology: readonly ServiceEdge[];
  readonly metrics: readonly Measurement[];
}
