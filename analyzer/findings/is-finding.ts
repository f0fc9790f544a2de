/** What an episode's detections add up to, in distinct ids. */
export interface Support {
  readonly strong: number;
  /** Distinct pairs of detector and rule. */
  readonly rules: number;
  /** Distinct sessions, or windows for detections without a session. */
  readonly repeats: number;
}

/**
 * Whether detections are a finding: one strong one, two weak ones of different rules, or a
 * repeat in a second session or window. Anything less stays an observation.
 */
export function isFinding({ strong, rules, repeats }: Support): boolean {
  return strong > 0 || rules >= 2 || repeats >= 2;
}
