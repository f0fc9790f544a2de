import type { Span } from "./telemetry.ts";

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
  readonly text: string;
  /** Tool that was called or that answered, or empty. */
  readonly tool: string;
  readonly toolCallId: string;
  /** Attribute, event or body it came from, such as `gen_ai.output.messages`. */
  readonly location: string;
}

/**
 * The canonical record of one model or agent operation. Names are those of the newest
 * OpenTelemetry GenAI conventions; older and foreign forms are mapped onto them.
 */
export interface GenAiRecord {
  /** `otel`, `openinference`, `openllmetry`, … */
  readonly convention: string;
  /** `gen_ai.operation.name`: `chat`, `execute_tool`, `invoke_agent`, … or empty. */
  readonly operation: string;
  readonly provider: string;
  readonly requestModel: string;
  readonly responseModel: string;
  readonly conversationId: string;
  readonly agent: string;
  readonly tool: string;
  readonly toolCallId: string;
  readonly promptName: string;
  readonly promptVersion: string;
  readonly finishReasons: readonly string[];
  /** Includes cached tokens. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly contents: readonly Content[];
}

/** A span with its canonical GenAI record, if it has one. */
export interface NormalizedSpan {
  readonly span: Span;
  readonly genAi: GenAiRecord | null;
}
