/** One query of a client, or one piece of feedback or training data. */
export interface StreamEvent {
  readonly atSeconds: number;
  readonly text: string;
  /** Who it came from, or empty. */
  readonly source: string;
  /** What the source said of it, such as `up`, or empty. */
  readonly label: string;
}

/** What was found in a stream, and by which event it was plain. */
export interface StreamHit {
  readonly rule: string;
  readonly score: number;
  readonly strength: "weak" | "strong";
  /** Index of the event that made it plain. */
  readonly index: number;
  /** Words for the evidence; they quote no event. */
  readonly reason: string;
}
