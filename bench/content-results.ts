/** What the shipped defaults raise on one labelled set. */
export interface SetResult {
  /** Name of the set, with the members of `extra` that rows were chosen by. */
  readonly set: string;
  readonly direction: string;
  readonly types: readonly string[];
  readonly found: number;
  readonly positives: number;
  readonly raised: number;
  readonly negatives: number;
}
