import { ClickHouseError } from "@clickhouse/client";
import { StoreError, toStoreError } from "../store-error.ts";

/** Nothing was sent: the statement cannot have run. */
const unsent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/**
 * Codes of a server that is busy, restarting or electing: the same statement may succeed within
 * seconds. Memory and disk are not among them; who waits for these waits longer.
 */
const passing = new Set([
  "202", // TOO_MANY_SIMULTANEOUS_QUERIES
  "203", // NO_FREE_CONNECTION
  "209", // SOCKET_TIMEOUT
  "210", // NETWORK_ERROR
  "225", // NO_ZOOKEEPER
  "236", // ABORTED
  "242", // TABLE_IS_READ_ONLY
  "252", // TOO_MANY_PARTS
  "279", // ALL_CONNECTION_TRIES_FAILED
  "285", // TOO_FEW_LIVE_REPLICAS
  "286", // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  "289", // REPLICA_IS_NOT_IN_QUORUM
  "319", // UNKNOWN_STATUS_OF_INSERT
  "394", // QUERY_WAS_CANCELLED
  "473", // DEADLOCK_AVOIDED
  "745", // SERVER_OVERLOADED
  "999", // KEEPER_EXCEPTION
]);

/** A failed request as the rest of the program knows errors; the connection's have no code. */
export function toServerError(error: unknown): StoreError {
  if (error instanceof ClickHouseError || error instanceof StoreError) {
    return toStoreError(error);
  }
  const { message = String(error), code: errno = "" } = partsOf(error);
  const type = errno === "" ? "CONNECTION" : errno;
  return new StoreError(
    `the ClickHouse server did not answer: ${message}`,
    { code: "", type },
    error,
  );
}

function partsOf(error: unknown): { readonly message?: string; readonly code?: string } {
  return typeof error === "object" && error !== null ? error : {};
}

/** Whether the same request may succeed within seconds. */
export function isPassing({ code }: StoreError): boolean {
  return code === "" || passing.has(code);
}

/** Whether the statement certainly did not run. */
export function isUnsent({ code, type }: StoreError): boolean {
  return code === "" && unsent.has(type);
}
