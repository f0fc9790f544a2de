import { type NewQueueRecord, QueueFullError, type QueueProducer } from "../../core/queue/queue.ts";

export interface TestQueue {
  readonly producer: QueueProducer;
  records(): Promise<NewQueueRecord[]>;
  close(): Promise<void>;
}

export async function openTestQueue(maxBytes = 1 << 28): Promise<TestQueue> {
  const records: NewQueueRecord[] = [];
  const digests = new Set<string>();
  const owners = new Map<string, string>();
  const rows = new Map<string, any>();
  let bytes = 0;
  const row = (tenant: string, signal: any) => {
    const key = `${tenant}/${signal}`;
    const r = rows.get(key) ?? {
      tenant,
      signal,
      received: 0,
      stored: 0,
      rejected: {},
      deadLettered: 0,
      inFlight: 0,
    };
    rows.set(key, r);
    return r;
  };
  const reject = (r: any, reason: string, n: number) => {
    r.received += n;
    r.rejected[reason] = (r.rejected[reason] ?? 0) + n;
  };
  return {
    producer: {
      async append(record, options) {
        const keys = (options?.claims ?? [])
          .filter((c) => (owners.get(c.key) ?? c.owner) !== c.owner)
          .map((c) => c.key);
        if (keys.length) return { status: "conflict", keys };
        const r = row(record.tenant, record.signal);
        if (options?.dedupDigest && digests.has(options.dedupDigest)) {
          reject(r, "duplicate", record.acceptedCount);
          for (const [k, n] of Object.entries(record.rejected)) reject(r, k, n);
          return { status: "duplicate" };
        }
        if (bytes + record.body.length > maxBytes) throw new QueueFullError(bytes, maxBytes);
        if (options?.dedupDigest) digests.add(options.dedupDigest);
        for (const c of options?.claims ?? []) owners.set(c.key, c.owner);
        bytes += record.body.length;
        records.push(record);
        r.received += record.acceptedCount;
        r.inFlight += record.acceptedCount;
        for (const [k, n] of Object.entries(record.rejected)) reject(r, k, n);
        return { status: "queued", position: records.length };
      },
      countRefused: (tenant, signal, reason) => reject(row(tenant, signal), reason, 1),
      accounting: async (tenant) =>
        [...rows.values()].filter((r) => !tenant || r.tenant === tenant),
      stats: () => ({
        recordsWaiting: 0,
        requestsWaiting: 0,
        fileBytes: 0,
        limitBytes: 0,
        oldestWaitingUnixMs: null,
      }),
    },
    records: async () => records,
    close: async () => undefined,
  };
}
