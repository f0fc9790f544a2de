/** Which way a piece of content went, seen from the model. */
export type Direction =
  | "input"
  | "output"
  | "system"
  | "tool_call"
  | "tool_result"
  | "retrieved"
  | "tool_definition";

/** A piece of text that went to or came from a model, with where it was found. */
export interface Content {
  readonly direction: Direction;
  readonly role: string;
  /** Empty for content that is kept elsewhere: `location` is then its URI. */
  readonly text: string;
  /** Tool that was called or that answered, or empty. */
  readonly tool: string;
  readonly toolCallId: string;
  /** Attribute, event or body it came from, such as `gen_ai.output.messages`. */
  readonly location: string;
}

/** What somebody else judged: an evaluation, a guardrail or a threat detector. */
export interface Verdict {
  readonly kind: "evaluation" | "guardrail" | "threat";
  /** Metric, guardrail or rule, as the sender calls it. */
  readonly name: string;
  /** The sender's own word, such as `pass`, `deny`, `block`; never translated. */
  readonly label: string;
  /** The sender's own scale, or `null`. */
  readonly score: number | null;
  readonly reason: string;
}

/**
 * Operations that are model calls. Only their tokens are summed: agents, workflows and wrappers
 * around them repeat the same tokens. The views that fill `windows_1m` and `windows_1h` list the
 * same names.
 */
export const inferenceOperations: ReadonlySet<string> = new Set([
  "chat",
  "generate_content",
  "text_completion",
  "embeddings",
]);

/**
 * The canonical record of one model or agent operation. Names are those of the newest
 * OpenTelemetry GenAI conventions; older and foreign forms are mapped onto them.
 */
export interface GenAiRecord {
  /** `openinference`, `mcp`, …; of OpenTelemetry with the generation, as in `otel/g2`. */
  readonly convention: string;
  /** `gen_ai.operation.name`: `chat`, `execute_tool`, `invoke_agent`, … or empty. */
  readonly operation: string;
  readonly provider: string;
  readonly requestModel: string;
  readonly responseModel: string;
  readonly responseId: string;
  readonly conversationId: string;
  readonly agent: string;
  readonly tool: string;
  readonly toolCallId: string;
  readonly promptName: string;
  readonly promptVersion: string;
  readonly finishReasons: readonly string[];
  /** Includes cached tokens. */
  readonly inputTokens: number;
  /** Includes reasoning tokens. */
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly reasoningTokens: number;
  /** US dollars as the sender says, or `null`. */
  readonly reportedCostUsd: number | null;
  readonly contents: readonly Content[];
  readonly verdicts: readonly Verdict[];
}
