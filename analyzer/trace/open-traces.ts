/** A trace with spans that trace detectors have not seen yet. */
export interface OpenTrace {
  readonly tenant: string;
  readonly traceId: string;
  readonly firstArrivalUnixMs: number;
  readonly lastArrivalUnixMs: number;
}

/** Remembers which traces received spans, and when. Memory is bounded by `maxTraces`. */
export interface OpenTraces {
  arrived(tenant: string, traceId: string, nowUnixMs: number): void;
  /** Like `arrived`, for a trace that is not open: others have newer news of their own. */
  restored(tenant: string, traceId: string, nowUnixMs: number): void;
  /** Traces that were quiet or open for long enough, and the oldest beyond the bound. */
  due(nowUnixMs: number): OpenTrace[];
  /** Closes traces that were looked at, unless they received spans since. */
  close(traces: readonly OpenTrace[]): void;
}

export interface OpenTraceLimits {
  readonly quietMs: number;
  readonly maxOpenMs: number;
  readonly maxTraces: number;
}

export function createOpenTraces(limits: OpenTraceLimits): OpenTraces {
  // In the order of first arrival, so that the oldest come first.
  const open = new Map<string, OpenTrace>();

  function isDue(trace: OpenTrace, nowUnixMs: number): boolean {
    return (
      nowUnixMs - trace.lastArrivalUnixMs >= limits.quietMs ||
      nowUnixMs - trace.firstArrivalUnixMs >= limits.maxOpenMs
    );
  }

  function arrived(tenant: string, traceId: string, nowUnixMs: number): void {
    const key = `${tenant}/${traceId}`;
    const firstArrivalUnixMs = open.get(key)?.firstArrivalUnixMs ?? nowUnixMs;
    open.set(key, { tenant, traceId, firstArrivalUnixMs, lastArrivalUnixMs: nowUnixMs });
  }

  return {
    arrived,

    restored(tenant, traceId, nowUnixMs) {
      if (!open.has(`${tenant}/${traceId}`)) {
        arrived(tenant, traceId, nowUnixMs);
      }
    },

    due(nowUnixMs) {
      const excess = open.size - limits.maxTraces;
      return [...open.values()].filter((trace, i) => i < excess || isDue(trace, nowUnixMs));
    },

    close(traces) {
      for (const { tenant, traceId, lastArrivalUnixMs } of traces) {
        const key = `${tenant}/${traceId}`;
        const current = open.get(key);
        open.delete(key);
        if (current !== undefined && current.lastArrivalUnixMs > lastArrivalUnixMs) {
          open.set(key, { ...current, firstArrivalUnixMs: current.lastArrivalUnixMs });
        }
      }
    },
  };
}
