/**
 * An error of ClickHouse with its code, the same in embedded and server mode and on both sides
 * of a message port.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** ClickHouse's numeric code as text, such as `241`; empty when it is not from ClickHouse. */
  readonly code: string;
  /** ClickHouse's name of the code, such as `MEMORY_LIMIT_EXCEEDED`; may be empty. */
  readonly type: string;
  /** Whether the same statement may succeed later: memory, disk, time, rights or connection. */
  readonly retryable: boolean;

  constructor(message: string, about: { code: string; type: string }, cause?: unknown) {
    super(message, { cause });
    this.code = about.code;
    this.type = about.type;
    this.retryable = about.code === "" || retryableCodes.has(about.code);
  }
}

/** Code → what it means; everything else is the statement's or the data's own fault. */
const retryableCodes = new Map([
  // Also what a part whose rows were all deleted gives to readers of its maps, until it is gone.
  ["33", "CANNOT_READ_ALL_DATA"],
  ["74", "CANNOT_READ_FROM_FILE_DESCRIPTOR"],
  ["75", "CANNOT_WRITE_TO_FILE_DESCRIPTOR"],
  ["76", "CANNOT_OPEN_FILE"],
  ["159", "TIMEOUT_EXCEEDED"],
  ["202", "TOO_MANY_SIMULTANEOUS_QUERIES"],
  ["209", "SOCKET_TIMEOUT"],
  ["210", "NETWORK_ERROR"],
  ["236", "ABORTED"],
  ["241", "MEMORY_LIMIT_EXCEEDED"],
  ["242", "TABLE_IS_READ_ONLY"],
  ["243", "NOT_ENOUGH_SPACE"],
  ["252", "TOO_MANY_PARTS"],
  ["999", "KEEPER_EXCEPTION"],
  // Of a server: it, or who may use it, is being changed. No batch is at fault for that.
  ["60", "UNKNOWN_TABLE"],
  ["81", "UNKNOWN_DATABASE"],
  ["192", "UNKNOWN_USER"],
  ["193", "WRONG_PASSWORD"],
  ["201", "QUOTA_EXCEEDED"],
  ["203", "NO_FREE_CONNECTION"],
  ["225", "NO_ZOOKEEPER"],
  ["279", "ALL_CONNECTION_TRIES_FAILED"],
  ["285", "TOO_FEW_LIVE_REPLICAS"],
  ["286", "UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE"],
  ["289", "REPLICA_IS_NOT_IN_QUORUM"],
  ["319", "UNKNOWN_STATUS_OF_INSERT"],
  ["394", "QUERY_WAS_CANCELLED"],
  ["439", "CANNOT_SCHEDULE_TASK"],
  ["473", "DEADLOCK_AVOIDED"],
  ["497", "ACCESS_DENIED"],
  ["516", "AUTHENTICATION_FAILED"],
  ["745", "SERVER_OVERLOADED"],
]);

export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError(message, codeOf(error, message), error);
}

function codeOf(error: unknown, message: string): { code: string; type: string } {
  if (hasCodeAndType(error)) {
    return { code: error.code, type: error.type };
  }
  const code = /Code: (\d+)\./.exec(message)?.[1] ?? "";
  const type = /\(([A-Z][A-Z0-9_]+)\)\s*$/.exec(message)?.[1] ?? "";
  return { code, type };
}

function hasCodeAndType(error: unknown): error is { code: string; type: string } {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^\d+$/.test(error.code) &&
    "type" in error &&
    typeof error.type === "string"
  );
}
