import type { GenAiRecord } from "../../core/model/genai.ts";

/** A record while its dialect fills it. */
export type GenAiDraft = {
  -readonly [Field in keyof GenAiRecord]: GenAiRecord[Field];
} & {
  /** The sender's own total, or 0; it shows what the other counts leave out. */
  totalTokens: number;
  /** True if the sender's input tokens are known to leave the cached ones out. */
  leavesCacheOut: boolean;
};
