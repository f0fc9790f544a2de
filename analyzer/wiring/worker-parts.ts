import type { Commands } from "../../core/commands/commands.ts";
import type { KafkaCommands } from "../../core/commands/kafka-commands.ts";
import type { QueueConsumer } from "../../core/queue/queue.ts";
import type { SharedLogReader, SharedLogWriter } from "../../core/queue/shared-log.ts";
import type { StorePair } from "../../core/store/remote-store.ts";
import type { SpanClaims } from "../claims/span-claims.ts";

/** What the analyzer's thread works with, wherever it lies. */
export interface WorkerParts {
  readonly consumer: QueueConsumer;
  readonly commands: Commands;
  readonly store: StorePair;
  /** What several analyzers agree through; `null` for the only one. */
  readonly shared: SharedParts | null;
  close(): Promise<void>;
}

export interface SharedParts {
  readonly commands: KafkaCommands;
  readonly claims: SpanClaims;
  /** Summaries of stored batches, for the leader. */
  readonly summaries: { readonly writer: SharedLogWriter; readonly reader: SharedLogReader };
}
