import type { OpenedStore } from "../../../core/store/open-store.ts";
import {
  type FindingScope,
  readControlSessions,
  readEventTime,
  readExposure,
  readFindingSessions,
} from "../../../feedback/verification/read-counts.ts";
import { readDetectorProblems } from "../../../feedback/verification/read-heartbeats.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { spanRow } from "../../helpers/span-row.ts";

const at = (time: string) => Date.parse(`2026-11-10T${time}Z`);
const scope: FindingScope = {
  tenant: "default",
  service: "shop",
  environment: "production",
  fingerprint: "fp",
  fromUnixMs: at("00:00:00"),
  toUnixMs: at("23:00:00"),
  splitUnixMs: at("12:00:00"),
};

const common = { Tenant: "default", Environment: "production", Revision: 1 };

let next = 0;
function detection(columns: Readonly<Record<string, unknown>>): object {
  return {
    ...common,
    Id: `d${next++}`,
    Fingerprint: "fp",
    Type: "data_exfiltration",
    Detector: "sink",
    RuleVersion: 1,
    Service: "shop",
    Outcome: "attempt",
    ...columns,
  };
}

describe("counts for verification", () => {
  let store: OpenedStore;

  beforeAll(async () => {
    store = await openMemoryStore();
    await store.writes.insert("detections", [
      detection({ Time: "2026-11-10 01:10:00", Session: "a" }),
      detection({ Time: "2026-11-10 01:20:00", Session: "a", Outcome: "success" }),
      detection({ Time: "2026-11-10 02:20:00", Session: "a" }),
      detection({ Time: "2026-11-10 01:30:00", Session: "b" }),
      detection({ Time: "2026-11-10 01:40:00", Session: "", TraceId: "t" }),
      detection({ Time: "2026-11-10 13:00:00", Session: "a" }),
      detection({ Time: "2026-11-10 01:40:00", Session: "c", Retracted: 1 }),
      detection({ Time: "2026-11-10 01:40:00", Session: "d", Fingerprint: "other" }),
      detection({ Time: "2026-11-10 01:40:00", Session: "e", Tenant: "other" }),
      detection({ Time: "2026-11-09 23:59:00", Session: "f" }),
      detection({ Time: "2026-11-10 03:00:00", Session: "g", Service: "mail", Fingerprint: "m" }),
    ]);
    const span = { ServiceName: "shop", Environment: "production" };
    await store.writes.insert("otel_traces", [
      spanRow({ ...span, Timestamp: "2026-11-10T01:00:00Z", SpanId: "1".repeat(16), Session: "a" }),
      spanRow({ ...span, Timestamp: "2026-11-10T01:59:00Z", SpanId: "2".repeat(16), Session: "a" }),
      spanRow({
        ...span,
        Timestamp: "2026-11-10T01:05:00Z",
        SpanId: "3".repeat(16),
        Session: "b",
        ReceivedAt: "2026-11-10T05:00:00Z",
      }),
      spanRow({ ...span, Timestamp: "2026-11-10T04:00:00Z", SpanId: "4".repeat(16), Session: "b" }),
      spanRow({
        ...span,
        ServiceName: "mail",
        Timestamp: "2026-11-10T06:00:00Z",
        SpanId: "5".repeat(16),
        Session: "m",
      }),
      spanRow({
        ...span,
        Environment: "staging",
        Timestamp: "2026-11-10T07:00:00Z",
        SpanId: "6".repeat(16),
      }),
    ]);
    const beat = {
      Tenant: "default",
      Revision: 1,
      Detector: "sink",
      Type: "data_exfiltration",
      RuleVersion: 1,
    };
    await store.writes.insert("detector_heartbeats", [
      { ...beat, Hour: "2026-11-10 01:00:00", Passed: 1 },
      { ...beat, Hour: "2026-11-10 02:00:00", Passed: 1 },
      { ...beat, Hour: "2026-11-10 03:00:00", Passed: 0 },
      { ...beat, Hour: "2026-11-10 05:00:00", Passed: 1, RuleVersion: 2 },
    ]);
  });

  afterAll(() => store.close());

  it("counts a session once before and once after, in the hour of its first detection", async () => {
    const counts = await readFindingSessions(store.reads, scope, false);
    expect(counts).toEqual(
      new Map([
        [at("01:00:00"), 3],
        [at("13:00:00"), 1],
      ]),
    );
  });

  it("counts successes alone when asked", async () => {
    const counts = await readFindingSessions(store.reads, scope, true);
    expect(counts).toEqual(new Map([[at("01:00:00"), 1]]));
  });

  it("reads the same type of other services as control", async () => {
    const counts = await readControlSessions(store.reads, scope, "data_exfiltration");
    expect(counts).toEqual(new Map([[at("03:00:00"), 1]]));
  });

  it("counts the sessions of each hour, and when the newest of them arrived", async () => {
    const { sessions, receivedUnixMs } = await readExposure(store.reads, scope);
    expect(sessions).toEqual(
      new Map([
        [at("01:00:00"), 2],
        [at("04:00:00"), 1],
      ]),
    );
    expect(receivedUnixMs.get(at("01:00:00"))).toBe(Date.parse("2026-11-20T10:00:01Z"));
    expect((await readExposure(store.reads, scope, true)).sessions).toEqual(
      new Map([[at("06:00:00"), 1]]),
    );
  });

  it("knows the event time of the newest span, and 0 without any", async () => {
    expect(await readEventTime(store.reads, scope)).toBe(at("04:00:00"));
    expect(await readEventTime(store.reads, { ...scope, service: "none" })).toBe(0);
  });

  it.each([
    { hours: ["01:00:00"], toUnixMs: at("03:00:00"), problems: [] },
    {
      hours: ["01:00:00", "03:00:00"],
      toUnixMs: at("04:00:00"),
      problems: ["Detector sink missed its canary in 1 hours."],
    },
    {
      hours: ["02:00:00", "04:00:00"],
      toUnixMs: at("05:00:00"),
      problems: ["Detector sink has no heartbeat in 1 hours."],
    },
    {
      hours: ["01:00:00"],
      toUnixMs: at("06:00:00"),
      problems: ["The rules of detector sink changed meanwhile."],
    },
  ])("says of the hours $hours: $problems", async ({ hours, toUnixMs, problems }) => {
    const given = { type: "data_exfiltration", hours: hours.map(at) };
    expect(await readDetectorProblems(store.reads, { ...scope, toUnixMs }, given)).toEqual(
      problems,
    );
  });
});
