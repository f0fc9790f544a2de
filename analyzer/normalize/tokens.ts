import type { GenAiDraft } from "./draft.ts";

/**
 * Makes the counts inclusive: input holds what was read from and written to a cache, output
 * holds reasoning.
 *
 * Anthropic's own input count leaves cached tokens out, and some instrumentations pass it on.
 * That is known of a few senders; of others it shows where a total is smaller than its part, or
 * where the sender's total is the sum of all parts.
 */
export function makeInclusive(draft: GenAiDraft): void {
  const { inputTokens, outputTokens, totalTokens, reasoningTokens } = draft;
  const cached = draft.cacheReadTokens + draft.cacheWriteTokens;
  if (cached === 0 && reasoningTokens === 0) {
    return;
  }
  const missing = totalTokens - inputTokens - outputTokens;
  const bothMissing = missing > 0 && missing === cached + reasoningTokens;
  if (
    cached > 0 &&
    (draft.leavesCacheOut || cached > inputTokens || bothMissing || missing === cached)
  ) {
    draft.inputTokens += cached;
  }
  const lacksReasoning =
    reasoningTokens > outputTokens || bothMissing || missing === reasoningTokens;
  if (reasoningTokens > 0 && lacksReasoning) {
    draft.outputTokens += reasoningTokens;
  }
}
