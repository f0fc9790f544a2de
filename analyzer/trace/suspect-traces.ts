/** A span as far as it matters which traces are followed. */
export interface TraceSpan {
  readonly tenant: string;
  readonly traceId: string;
  readonly isSuspect: boolean;
}

/** About 20 MB. */
const maxRemembered = 100_000;

/**
 * Traces that once held a suspect span. Their later spans count too, however harmless alone: the
 * act that a trace detector looks for may follow minutes after what caused it.
 */
export interface SuspectTraces {
  /** The traces among these spans that are to be looked at, by tenant. */
  among(spans: readonly TraceSpan[]): { tenant: string; traceIds: string[] }[];
}

export function createSuspectTraces(): SuspectTraces {
  const remembered = new Set<string>();
  return {
    among(spans) {
      for (const { tenant, traceId } of spans.filter((span) => span.isSuspect)) {
        remembered.add(`${tenant}/${traceId}`);
      }
      const touched = spans.filter(({ tenant, traceId }) => remembered.has(`${tenant}/${traceId}`));
      forgetOldest(remembered);
      return [...Map.groupBy(touched, (span) => span.tenant)].map(([tenant, group]) => ({
        tenant,
        traceIds: [...new Set(group.map((span) => span.traceId))],
      }));
    },
  };
}

function forgetOldest(remembered: Set<string>): void {
  for (const key of remembered) {
    if (remembered.size <= maxRemembered) {
      return;
    }
    remembered.delete(key);
  }
}
