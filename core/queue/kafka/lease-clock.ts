/** Whether a lease is held, from what a member of its group hears, by the monotonic clock. */
export interface LeaseClock {
  isHeld(): boolean;
  /** Whether it was held until the group began to decide anew, a moment ago. */
  mayKeep(): boolean;
  /** A request was answered that was sent `durationMs` ago. */
  asked(apiName: string, durationMs: number): void;
  /** The last heartbeat was well received. */
  answered(): void;
  /** The group has decided. */
  joined(isOwner: boolean): void;
  /** Whatever was held is so no longer. */
  drop(): void;
}

/** The rest of a session is for what was begun while the lease was held. */
const trustedShare = 0.8;

/** @param nowMs Monotonic milliseconds; they go on while the process is paused. */
export function createLeaseClock(
  sessionMs: number,
  nowMs: () => number = () => performance.now(),
): LeaseClock {
  let isOwner = false;
  let wasOwner = false;
  /** When the last answered request was sent: the brokers count from no earlier moment. */
  let sentMs = -Infinity;
  let confirmedMs = -Infinity;

  function isTrusted(): boolean {
    return nowMs() - confirmedMs < sessionMs * trustedShare;
  }

  return {
    isHeld: () => isOwner && isTrusted(),
    mayKeep: () => wasOwner && isTrusted(),
    asked(apiName, durationMs) {
      if (apiName === "Heartbeat" || apiName === "SyncGroup") {
        // kafkajs measures by the wall clock, which may have been set back.
        sentMs = nowMs() - Math.max(0, durationMs);
      }
    },
    answered() {
      confirmedMs = sentMs;
    },
    joined(owner) {
      isOwner = owner;
      wasOwner = owner;
      confirmedMs = sentMs;
    },
    drop() {
      isOwner = false;
    },
  };
}
