import type { Candidate } from "../../../analyzer/alarm/alarm-log.ts";
import {
  createVerdictReader,
  type FalseVerdicts,
  verdictKey,
} from "../../../analyzer/alarm/read-verdicts.ts";
import { standingAlarms } from "../../../analyzer/alarm/release-alarms.ts";
import { createFindingStage } from "../../../analyzer/findings/finding-stage.ts";
import { createLogger } from "../../../core/log.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { makeDetection } from "../../helpers/detection.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

const time = Date.UTC(2026, 10, 19);

let store: OpenedStore;
let now = time;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(() => store.close());

function alarmOf(series: string, nats: number): Candidate {
  const detection = { ...makeDetection({ series, targetClass: series }), timeUnixMs: time };
  return { detection, series, leadClass: series, nats, growing: true, released: false };
}

function standing(nats: number, verdicts: FalseVerdicts): string[] {
  const alarms = [alarmOf("judged", nats), alarmOf("other", nats)];
  return standingAlarms(alarms, 10, verdicts).map(({ series }) => series);
}

describe("a verdict that an alarm was false", () => {
  it("raises the bar for its series alone, and not out of reach", async () => {
    const clock = { now: () => now };
    const reader = createVerdictReader(store.reads, clock);
    expect(await reader.read()).toEqual(new Map());
    const commands = { read: () => Promise.resolve([]) } as never;
    const stage = createFindingStage({ store, commands, clock, logger: createLogger("silent") });
    const detections = ["judged", "other"].map((series) => ({
      ...makeDetection({ series, targetClass: series, traceId: "", spanId: "", session: "" }),
      timeUnixMs: time,
    }));
    await stage.record(detections, { stage: "series", receivedAtUnixMs: now });
    const [finding] = await store.reads.query<{ Id: string }>(
      "SELECT Id FROM findings FINAL WHERE TargetClass = 'judged'",
    );
    await store.writes.insert("finding_status", [
      {
        Tenant: "default",
        FindingId: finding?.Id,
        Status: "false_positive",
        Reason: "month end",
        Actor: "ann",
        ChangedAt: new Date(now).toISOString(),
        Revision: 1,
      },
    ]);
    expect(await reader.read()).toEqual(new Map());
    now += 60_000;
    const verdicts = await reader.read();
    expect(verdicts).toEqual(new Map([[verdictKey("default", "judged"), 1]]));
    expect(standing(14.5, new Map())).toEqual(["judged", "other"]);
    expect(standing(14.5, verdicts)).toEqual(["other"]);
    expect(standing(18, verdicts)).toEqual(["judged", "other"]);
    const often = new Map([[verdictKey("default", "judged"), 100]]);
    expect(standing(30, often)).toEqual(["judged", "other"]);
  });
});
