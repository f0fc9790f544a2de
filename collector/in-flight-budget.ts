import { HttpError } from "../core/http/http-error.ts";

/** A share of the budget, held by one request until it is answered. */
export interface Lease {
  /**
   * Raises the share to `bytes` in all; smaller values change nothing.
   *
   * @throws HttpError `unavailable` when the budget does not allow it.
   */
  growTo(bytes: number): void;
  /** Gives the share back; further calls do nothing. */
  release(): void;
}

export interface InFlightBudget {
  lease(): Lease;
  inFlightBytes(): number;
}

/**
 * Bounds the bytes of request bodies held at once. A share grows as bytes really arrive or
 * come out of decompression: a sender that only announces a large body holds nothing.
 */
export function createInFlightBudget(limitBytes: number): InFlightBudget {
  let inFlightBytes = 0;
  return {
    inFlightBytes: () => inFlightBytes,
    lease() {
      let heldBytes = 0;
      return {
        growTo(bytes) {
          const growth = Math.max(0, bytes - heldBytes);
          if (inFlightBytes + growth > limitBytes) {
            throw new HttpError(
              "unavailable",
              `${limitBytes} bytes of request bodies may be in flight at once; send this again later`,
              { headers: { "retry-after": "1" } },
            );
          }
          inFlightBytes += growth;
          heldBytes += growth;
        },
        release() {
          inFlightBytes -= heldBytes;
          heldBytes = 0;
        },
      };
    },
  };
}
