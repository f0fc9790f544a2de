/** What the store knows of one value that a stream's spans have shown. */
export interface SeenValue {
  readonly dimension: "release" | "model" | "prompt";
  /** Of a model: agent and requested model; of a prompt: agent; of a release: nothing. */
  readonly subject: readonly string[];
  readonly value: string;
  readonly firstUnixMs: number;
  readonly traceId: string;
  readonly spanId: string;
  /** `service.version` of the first span. */
  readonly version: string;
}

/** A value that came after its subject had settled on others. */
export interface NovelValue extends SeenValue {
  /** The value that was new before this one; of a release, its value in the same fact. */
  readonly previous: string;
}

/** How long a subject's values are its baseline after its first one. */
export const learningMs = 10 * 60_000;

/** In order of first use; the same instant is ordered by value, so that nothing depends on luck. */
export function byFirstUse(a: SeenValue, b: SeenValue): number {
  return a.firstUnixMs - b.firstUnixMs || (a.value < b.value ? -1 : 1);
}
