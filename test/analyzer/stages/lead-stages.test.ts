import { fencedStore, TermOverError } from "../../../analyzer/stages/fenced.ts";
import { createLeader } from "../../../analyzer/stages/lead-stages.ts";
import type { BatchNews, Stages } from "../../../analyzer/stages/stages.ts";
import { encodeSummary } from "../../../analyzer/stages/stored-summary.ts";
import { systemClock } from "../../../core/clock.ts";
import { createLogger } from "../../../core/log.ts";
import type { LogTerm, SharedLogReader } from "../../../core/queue/shared-log.ts";
import type { Store } from "../../../core/store/store.ts";
import { createMetrics } from "../../../core/telemetry/metrics.ts";
import { makeDetection } from "../../helpers/detection.ts";

interface TestLog extends SharedLogReader {
  readonly records: Buffer[];
  committed: number;
  /** Ends the term that runs, as a lost lease does. */
  loseTerm(): void;
}

function openTestLog(): TestLog {
  let term = 0;
  const log: TestLog = {
    records: [],
    committed: 0,
    loseTerm() {
      term += 1;
    },
    async lead() {
      const own = term;
      let next = log.committed;
      return {
        isHeld: () => term === own,
        async read() {
          await new Promise((resolve) => setImmediate(resolve));
          const from = next;
          next = log.records.length;
          return log.records.slice(from).map((value, index) => ({ offset: from + index, value }));
        },
        async commit(offset) {
          log.committed = offset;
        },
      } satisfies LogTerm;
    },
    async close() {
      term += 1;
    },
  };
  return log;
}

function summaryOf(id: string): Buffer {
  const detections = [{ ...makeDetection(), id }];
  const [part] = encodeSummary({
    receivedAtUnixMs: 1,
    spans: [],
    arrivals: [],
    changes: [],
    detections,
  });
  return part ?? Buffer.alloc(0);
}

function lead(log: SharedLogReader, stages: (term: LogTerm) => Partial<Stages>) {
  const idle: Stages = {
    load: async () => undefined,
    record: async () => undefined,
    observe: () => false,
    tick: async () => undefined,
    checkpoint: async () => undefined,
  };
  return createLeader({
    log,
    openStages: async (term) => ({ ...idle, ...stages(term) }),
    config: { traceQuietSeconds: 1, traceMaxOpenSeconds: 1 },
    metrics: createMetrics([]),
    clock: systemClock,
    logger: createLogger("silent"),
  });
}

function ids({ detections }: BatchNews): string[] {
  return detections.map(({ id }) => id);
}

it("repeats what failed, and commits behind what is recorded", async () => {
  const log = openTestLog();
  log.records.push(summaryOf("a"), Buffer.from("not a summary"), summaryOf("b"));
  const recorded: string[] = [];
  let failures = 1;
  const leader = lead(log, () => ({
    async record(news) {
      if (failures > 0) {
        failures -= 1;
        throw new Error("the store is away");
      }
      recorded.push(...ids(news));
      if (recorded.length === 2) {
        leader.stop();
      }
    },
  }));
  await leader.run();
  expect(recorded).toEqual(["a", "b"]);
});

it("begins the next term with new stages where the last one has committed", async () => {
  const log = openTestLog();
  log.records.push(summaryOf("a"));
  const recorded: string[] = [];
  let terms = 0;
  const leader = lead(log, () => {
    terms += 1;
    return {
      async record(news) {
        recorded.push(`${terms}${ids(news).join("")}`);
        if (terms === 1) {
          log.loseTerm();
        } else {
          leader.stop();
        }
      },
    };
  });
  await leader.run();
  expect(recorded).toEqual(["1a", "2a"]);
});

it("writes nothing once the term is over", async () => {
  const written: string[] = [];
  const store = {
    query: async () => [],
    command: async (sql: string) => void written.push(sql),
    insert: async (table: string) => void written.push(table),
  } as Store;
  let isHeld = true;
  const fenced = fencedStore(store, { isHeld: () => isHeld });
  await fenced.insert("findings", []);
  isHeld = false;
  await expect(fenced.insert("findings", [])).rejects.toThrow(TermOverError);
  await expect(fenced.command("ALTER")).rejects.toThrow(TermOverError);
  expect(written).toEqual(["findings"]);
});
