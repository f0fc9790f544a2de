import { createSpanClaims, type SpanClaims } from "../../../analyzer/claims/span-claims.ts";
import type { PreparedSpan } from "../../../analyzer/ingest/prepare-batch.ts";
import { removeDuplicateSpans } from "../../../analyzer/ingest/span-duplicates.ts";
import type { Store } from "../../../core/store/store.ts";
import type { Scheduler } from "../../helpers/interleaving/scheduler.ts";

/** One request in a partition: spans by number, each with a digest. */
export interface SentRecord {
  readonly spans: readonly { readonly id: number; readonly digest: number }[];
  /** No store takes it: it ends among the dead letters. */
  isPoison: boolean;
}

interface Row extends Pick<PreparedSpan, "tenant" | "traceId" | "spanId" | "kind" | "digest"> {
  readonly batchId: string;
}

interface Plan {
  readonly to: number;
  readonly refusals: number;
  readonly rest: readonly number[];
}

interface Partition {
  readonly index: number;
  readonly records: SentRecord[];
  from: number;
  plan: Plan | null;
  /** Rises with each change of owner; a commit of an older one is refused. */
  generation: number;
  owner: Analyzer | null;
}

/** What a process believes of a partition: out of date once another owns it. */
interface View {
  readonly partition: Partition;
  generation: number;
  from: number;
  plan: Plan | null;
}

interface BatchInHand {
  readonly id: string;
  readonly view: View;
  readonly from: number;
  plan: Plan;
  readonly spans: readonly PreparedSpan[];
  readonly isPoison: boolean;
}

export interface Analyzer {
  isAlive: boolean;
  readonly views: View[];
  inHand: BatchInHand | null;
  ahead: BatchInHand | null;
}

class KilledError extends Error {}

/** Kafka's part (partitions, owners, the log of claims) and the store's, as far as claims matter. */
export interface SharedWorld {
  readonly partitions: readonly Partition[];
  readonly rows: readonly Row[];
  readonly counts: { stored: number; rejected: number; dead: number };
  readonly deadLetters: SentRecord[];
  start(): Analyzer;
  kill(analyzer: Analyzer): void;
  /** Gives a partition to a process; the one before does not hear of it. */
  assign(partition: Partition, analyzer: Analyzer): void;
}

const maxRange = 3;

export function createSharedWorld(
  scheduler: Scheduler,
  partitions: readonly (readonly SentRecord[])[],
): SharedWorld {
  const { turn, pick } = scheduler;
  const rows: Row[] = [];
  const tokens = new Set<string>();
  const log: Buffer[] = [];
  const deadLetters: SentRecord[] = [];
  const counts = { stored: 0, rejected: 0, dead: 0 };
  const all = partitions.map((records, index): Partition => {
    const empty = { from: 0, plan: null, generation: 0, owner: null };
    return { index, records: [...records], ...empty };
  });

  /** What a process does comes to an end with it, wherever it is. */
  async function step(analyzer: Analyzer, isReady?: () => boolean): Promise<void> {
    await turn(isReady);
    if (!analyzer.isAlive) {
      throw new KilledError();
    }
  }

  function storeFor(analyzer: Analyzer): Store {
    return {
      async query<T>(sql: string, params: Record<string, unknown> = {}) {
        await step(analyzer);
        const found = answer(rows, sql, params);
        await step(analyzer);
        return found as T[];
      },
      command: () => Promise.reject(new Error("not needed")),
      insert: () => Promise.reject(new Error("not needed")),
    };
  }

  /** The rows arrive even if the process dies, or the answer is lost. */
  async function insert(analyzer: Analyzer, batch: BatchInHand, unique: readonly PreparedSpan[]) {
    await step(analyzer);
    if (batch.isPoison) {
      return "refused";
    }
    if (!tokens.has(batch.id)) {
      tokens.add(batch.id);
      rows.push(...unique.map((span) => ({ ...span, batchId: batch.id })));
    }
    await step(analyzer);
    if (pick(8) === 0) {
      throw new Error("the answer was lost");
    }
    return "stored";
  }

  function chooseRange(view: View, from: number): Plan | null {
    const left = view.partition.records.length - from;
    return left <= 0 ? null : { to: from + pick(Math.min(left, maxRange)), refusals: 0, rest: [] };
  }

  function open(view: View, from: number, plan: Plan): BatchInHand {
    const records = view.partition.records.slice(from, plan.to + 1);
    return {
      id: `otlp_spans-${view.partition.index}-${from}-${plan.to}`,
      view,
      from,
      plan,
      spans: records.flatMap(({ spans }) => spans.map(toPrepared)),
      isPoison: records.some(({ isPoison }) => isPoison),
    };
  }

  /** False when the partition belongs to another process by now, of which this one learns so. */
  function commit(analyzer: Analyzer, view: View, from: number, plan: Plan | null): boolean {
    const { partition } = view;
    if (partition.generation !== view.generation) {
      const lost = analyzer.views.indexOf(view);
      analyzer.views.splice(lost, lost < 0 ? 0 : 1);
      return false;
    }
    for (const known of [partition, view]) {
      known.from = from;
      known.plan = plan;
    }
    return true;
  }

  function owned(analyzer: Analyzer, batch: BatchInHand | null): BatchInHand | null {
    return batch !== null && analyzer.views.includes(batch.view) ? batch : null;
  }

  /** The batch in hand, the one that was looked at ahead, or a new one: written down in any case. */
  async function read(analyzer: Analyzer): Promise<BatchInHand> {
    const canRead = ({ from, partition }: View) => from < partition.records.length;
    for (;;) {
      analyzer.inHand = owned(analyzer, analyzer.inHand);
      if (analyzer.inHand !== null) {
        return analyzer.inHand;
      }
      await step(analyzer, () => !analyzer.isAlive || analyzer.views.some(canRead));
      const ready = analyzer.views.filter(canRead);
      const chosen = ready[pick(ready.length)] as View;
      const ahead = owned(analyzer, analyzer.ahead);
      analyzer.ahead = null;
      const next =
        ahead !== null && ahead.from === ahead.view.from
          ? ahead
          : open(chosen, chosen.from, chosen.plan ?? (chooseRange(chosen, chosen.from) as Plan));
      await step(analyzer);
      if (
        owned(analyzer, next) !== null &&
        (next.view.plan?.to === next.plan.to || commit(analyzer, next.view, next.from, next.plan))
      ) {
        analyzer.inHand = next;
      }
    }
  }

  function readAfter(analyzer: Analyzer, { view, plan }: BatchInHand): BatchInHand | null {
    const [to, ...rest] = plan.rest;
    const next = to === undefined ? chooseRange(view, plan.to + 1) : { to, refusals: 0, rest };
    analyzer.ahead = next === null ? null : open(view, plan.to + 1, next);
    return analyzer.ahead;
  }

  function moveOn(analyzer: Analyzer, { view, plan }: BatchInHand): boolean {
    const [to, ...rest] = plan.rest;
    const ahead = owned(analyzer, analyzer.ahead);
    const fixed = to === undefined ? null : { to, refusals: 0, rest };
    const next = ahead?.view === view ? ahead.plan : fixed;
    const isDone = commit(analyzer, view, plan.to + 1, next);
    analyzer.inHand = null;
    return isDone;
  }

  function replan(analyzer: Analyzer, batch: BatchInHand, plan: Plan): void {
    commit(analyzer, batch.view, batch.from, plan);
    analyzer.ahead = null;
    const isSame = plan.to === batch.plan.to;
    analyzer.inHand = isSame ? { ...batch, plan } : null;
  }

  function refuse(analyzer: Analyzer, batch: BatchInHand): void {
    const { view, from, plan } = batch;
    if (owned(analyzer, batch) === null) {
      return;
    }
    if (plan.refusals === 0) {
      replan(analyzer, batch, { ...plan, refusals: 1 });
    } else if (plan.to > from) {
      const to = from + Math.floor((plan.to - from) / 2);
      replan(analyzer, batch, { to, refusals: 0, rest: [plan.to, ...plan.rest] });
    } else if (moveOn(analyzer, batch)) {
      const record = view.partition.records[from] as SentRecord;
      counts.dead += record.spans.length;
      deadLetters.push(record);
    }
  }

  type Known = Awaited<ReturnType<SpanClaims["claim"]>>;

  /** As `createBatchStep`: what follows is claimed while what is in hand is stored. */
  async function work(analyzer: Analyzer, claims: SpanClaims): Promise<void> {
    interface Ready {
      readonly batch: BatchInHand;
      readonly epoch: number;
      readonly known: Known | Error;
    }
    let ahead: Promise<Ready> | null = null;
    async function ready(batch: BatchInHand, inHand: string | null): Promise<Ready> {
      const epoch = batch.view.generation;
      try {
        return {
          batch,
          epoch,
          known: await claims.claim({ ...batch, epoch }, batch.spans, inHand),
        };
      } catch (error) {
        return { batch, epoch, known: error as Error };
      }
    }
    async function take(): Promise<Ready> {
      const prepared = await ahead;
      ahead = null;
      const batch = await read(analyzer);
      return prepared?.batch.id === batch.id && prepared.epoch === batch.view.generation
        ? prepared
        : ready(batch, null);
    }
    async function once(): Promise<void> {
      const { batch, known } = await take();
      if (known instanceof Error) {
        throw known;
      }
      const { unique, rejected } = await removeDuplicateSpans(known, batch.id, batch.spans);
      const next = readAfter(analyzer, batch);
      ahead = next === null ? null : ready(next, batch.id);
      if ((await insert(analyzer, batch, unique)) === "refused") {
        ahead = null;
        const current = await read(analyzer);
        if (current.id === batch.id) {
          const { generation } = current.view;
          if (batch.plan.to === batch.from) {
            await claims.release({ id: batch.id, epoch: generation });
          }
          await step(analyzer);
          if (current.view.generation === generation) {
            refuse(analyzer, current);
          }
        }
        return;
      }
      await step(analyzer);
      if (owned(analyzer, batch) !== null && moveOn(analyzer, batch)) {
        counts.stored += unique.length;
        counts.rejected += rejected.length;
      }
      claims.done(batch.id);
    }
    for (;;) {
      try {
        await once();
      } catch (error) {
        ahead = null;
        if (error instanceof KilledError) {
          return;
        }
        // While it pauses, its heartbeat tells it what it has lost.
        const stale = analyzer.views.findIndex(
          ({ partition, generation }) => partition.generation !== generation,
        );
        analyzer.views.splice(stale, stale < 0 ? 0 : 1);
      }
    }
  }

  return {
    partitions: all,
    rows,
    counts,
    deadLetters,
    start() {
      const analyzer: Analyzer = { isAlive: true, views: [], inHand: null, ahead: null };
      let applied = 0;
      const store = storeFor(analyzer);
      const claims = createSpanClaims({
        store: { reads: store, writes: store },
        log: {
          async append(_key, value) {
            await step(analyzer);
            const offset = log.push(value) - 1;
            await step(analyzer, () => applied > offset || !analyzer.isAlive);
          },
        },
        elapsedMs: () => 0,
      });
      async function follow(): Promise<void> {
        for (;;) {
          await step(analyzer, () => applied < log.length || !analyzer.isAlive);
          claims.apply(log[applied] ?? null);
          applied += 1;
        }
      }
      // The log is read to its end before anything else begins.
      for (const value of log) {
        claims.apply(value);
      }
      applied = log.length;
      for (const task of [follow(), work(analyzer, claims), claims.load()]) {
        task.catch(() => undefined);
      }
      return analyzer;
    },
    kill(analyzer) {
      analyzer.isAlive = false;
    },
    assign(partition, analyzer) {
      partition.generation += 1;
      partition.owner = analyzer;
      const { generation, from, plan } = partition;
      const known = analyzer.views.find((view) => view.partition === partition);
      if (known?.from === from && known.plan?.to === plan?.to) {
        // It finds all as it left it, and goes on.
        known.generation = generation;
        return;
      }
      analyzer.views.splice(known === undefined ? 0 : analyzer.views.indexOf(known), known ? 1 : 0);
      analyzer.views.push({ partition, generation, from, plan });
    },
  };
}

function toPrepared({ id, digest }: { id: number; digest: number }): PreparedSpan {
  return {
    tenant: id % 3 === 0 ? "zeta" : "acme",
    traceId: hex(1 + (id >> 1), 32),
    spanId: hex(1 + id, 16),
    kind: "Server",
    row: 0,
    digest,
    service: "shop",
    environment: "test",
    timeUnixMs: 1_795_000_000_000,
    isSuspect: false,
    detections: [],
  };
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, "0");
}

/** The three statements that claims make. */
function answer(rows: readonly Row[], sql: string, params: Record<string, unknown>): object[] {
  if (sql.includes("toUInt32(count())")) {
    return [{ rows: rows.length }];
  }
  if (sql.includes("base64Encode")) {
    return [...Map.groupBy(rows, ({ tenant }) => tenant)].map(([tenant, group]) => ({
      tenant,
      identities: Buffer.from(
        group.map(({ traceId, spanId }) => traceId.slice(24) + spanId).join(""),
        "hex",
      ).toString("base64"),
    }));
  }
  const { tenant, batchId, spanIds } = params as {
    tenant: string;
    batchId: string;
    spanIds: readonly string[];
  };
  return rows.filter(
    (row) => row.tenant === tenant && row.batchId !== batchId && spanIds.includes(row.spanId),
  );
}
