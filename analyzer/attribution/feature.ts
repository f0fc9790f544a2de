/** One piece of evidence: a weight in nats and the sentence that explains it. */
export interface Feature {
  readonly nats: number;
  /** Closed template with numbers and identifiers; empty says nothing worth reading. */
  readonly reason: string;
}

export function totalNats(features: readonly Feature[]): number {
  return features.reduce((sum, { nats }) => sum + nats, 0);
}

export function reasonsOf(features: readonly Feature[]): string[] {
  return features.map(({ reason }) => reason).filter((reason) => reason !== "");
}

/** A duration for people: `45 s`, `12 min`, `3.5 h`, `2.1 days`. */
export function duration(milliseconds: number): string {
  const seconds = Math.abs(milliseconds) / 1000;
  if (seconds < 90) {
    return `${Math.round(seconds)} s`;
  }
  if (seconds < 5400) {
    return `${Math.round(seconds / 60)} min`;
  }
  if (seconds < 36 * 3600) {
    return `${(seconds / 3600).toFixed(1)} h`;
  }
  return `${(seconds / 86_400).toFixed(1)} days`;
}

/** A weight as reasons show it: `+1.5`. */
export function signed(nats: number): string {
  return `${nats < 0 ? "-" : "+"}${Math.abs(nats).toFixed(1)}`;
}
