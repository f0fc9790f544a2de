/**
 * State changes (finding status, approve, reject, filing, verdicts) as events on streams with
 * optimistic concurrency. ClickHouse holds projections; this log is the truth.
 */
export interface CommandEvent {
  readonly type: string;
  /** `telltale`, `local:<os user>` or an API key's name. */
  readonly actor: string;
  readonly timeUnixMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StoredEvent extends CommandEvent {
  readonly stream: string;
  /** 1 for the first event of a stream. */
  readonly version: number;
  /** Position in the whole log, rising; projections read from it. */
  readonly position: number;
}

export type CommandResult =
  | { readonly status: "done"; readonly event: StoredEvent }
  | { readonly status: "conflict"; readonly currentVersion: number };

export interface Commands {
  /** Appends if the stream is at `expectedVersion` (0: must not exist); durable when resolved. */
  append(stream: string, expectedVersion: number, event: CommandEvent): Promise<CommandResult>;
  read(stream: string): Promise<StoredEvent[]>;
  /** Events after `position`, oldest first, at most `limit`. */
  readAll(position: number, limit: number): Promise<StoredEvent[]>;
  /** Calls back after each durable append in any thread of this process; returns unsubscribe. */
  subscribe(listener: () => void): () => void;
}

/** Takes a person out of events that were already written; nothing else may change them. */
export interface RewritesEvents {
  /**
   * Replaces actor and data of a tenant's events (streams are `kind/tenant/id`) where `change`
   * gives new ones; returns how many. Durable when resolved.
   */
  rewrite(
    tenant: string,
    change: (event: StoredEvent) => Pick<StoredEvent, "actor" | "data"> | null,
  ): Promise<number>;
}
