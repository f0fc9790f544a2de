import { stableId } from "../../model/identity.ts";
import type { AccountedSignal } from "../../model/telemetry.ts";
import type { Store } from "../../store/store.ts";
import type { PartitionName } from "./partition-log.ts";

/** The bytes of a request, at its place in a partition. */
export interface RequestDigest {
  readonly tenant: string;
  readonly signal: AccountedSignal;
  readonly digest: string;
  readonly offset: number;
  readonly receivedAtUnixMs: number;
}

const lifetimeMs = 24 * 3600 * 1000;

/**
 * Which of the requests repeat the bytes of another one before them within a day: by offset, one
 * of the partition or one of `pending`, which are not written down yet. The same bytes always go
 * to the same partition, so nobody else looks for them at the same time.
 */
export async function findRepeated(
  store: Store,
  at: PartitionName,
  requests: readonly RequestDigest[],
  pending: readonly RequestDigest[],
): Promise<ReadonlySet<number>> {
  if (requests.length === 0) {
    return new Set();
  }
  const first = new Map<string, RequestDigest>();
  const repeated = new Set<number>();
  const known = [...(await readKnown(store, at, requests)), ...pending];
  for (const digest of known) {
    remember(first, digest);
  }
  for (const request of requests) {
    const before = first.get(digestKey(request));
    if (before !== undefined && isRepeated(before, request)) {
      repeated.add(request.offset);
    } else {
      first.set(digestKey(request), request);
    }
  }
  return repeated;
}

function isRepeated(before: RequestDigest, request: RequestDigest): boolean {
  return (
    before.offset < request.offset &&
    request.receivedAtUnixMs - before.receivedAtUnixMs < lifetimeMs
  );
}

/** Keeps the newest: a day counts from there. */
function remember(first: Map<string, RequestDigest>, digest: RequestDigest): void {
  const key = digestKey(digest);
  if ((first.get(key)?.offset ?? -1) < digest.offset) {
    first.set(key, digest);
  }
}

/** A hash of the digest: equal low-entropy bodies must not be guessable from the store. */
function digestKey({ tenant, signal, digest }: RequestDigest): string {
  return stableId(tenant, signal, digest);
}

interface Row {
  readonly Tenant: string;
  readonly Signal: AccountedSignal;
  readonly Digest: string;
  readonly At: number | string;
  readonly Seconds: number | string;
}

async function readKnown(
  store: Store,
  { topic, partition }: PartitionName,
  requests: readonly RequestDigest[],
): Promise<RequestDigest[]> {
  const from = Math.min(...requests.map(({ offset }) => offset));
  const byKey = new Map(requests.map((request) => [digestKey(request), request]));
  const rows = await store.query<Row>(
    `SELECT Tenant, Signal, Digest, max(Offset) AS At, toUnixTimestamp(max(ReceivedAt)) AS Seconds
    FROM request_digests
    WHERE Tenant IN {tenants:Array(String)} AND Digest IN {digests:Array(String)}
      AND Topic = {topic:String} AND Partition = {partition:UInt32} AND Offset < {from:UInt64}
    GROUP BY Tenant, Signal, Digest`,
    {
      tenants: [...new Set(requests.map(({ tenant }) => tenant))],
      digests: [...byKey.keys()],
      topic,
      partition,
      from,
    },
  );
  return rows.flatMap(({ Digest, At, Seconds }) => {
    const request = byKey.get(Digest);
    return request === undefined
      ? []
      : { ...request, offset: Number(At), receivedAtUnixMs: Number(Seconds) * 1000 };
  });
}

/** Written before the batch is done with, under its token. */
export async function writeDigests(
  store: Store,
  { topic, partition }: PartitionName,
  digests: readonly RequestDigest[],
  batchId: string,
): Promise<void> {
  if (digests.length === 0) {
    return;
  }
  await store.insert(
    "request_digests",
    digests.map((request) => ({
      Tenant: request.tenant,
      Signal: request.signal,
      Digest: digestKey(request),
      Topic: topic,
      Partition: partition,
      Offset: request.offset,
      ReceivedAt: Math.floor(request.receivedAtUnixMs / 1000),
    })),
    { token: batchId },
  );
}
