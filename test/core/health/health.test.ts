import { type Health, startHealth } from "../../../core/health/health.ts";
import { createLogger } from "../../../core/log.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";
import { waitUntil } from "../../helpers/wait-until.ts";

const clock = createFixedClock("2026-11-20T12:00:00Z");
const logger = createLogger("silent");
let health: Health;

afterEach(() => health.stop());

function startWith(answers: Record<string, () => Promise<string | null> | string | null>): void {
  const probes = Object.entries(answers).map(([part, check]) => ({ part, check }));
  health = startHealth({ probes, clock, logger, intervalMs: 20, timeoutMs: 50 });
}

it("names each part in trouble with its reason, and since when", async () => {
  let reason: string | null = "it is full";
  startWith({ queue: () => reason, store: () => null });
  await health.check();
  const since = "2026-11-20T12:00:00.000Z";
  expect(health.reasons()).toEqual([{ part: "queue", reason: "it is full", since }]);
  reason = "it is even fuller";
  await health.check();
  expect(health.reasons()).toEqual([{ part: "queue", reason, since }]);
  reason = null;
  await health.check();
  expect(health.reasons()).toEqual([]);
});

it("takes what a probe throws as its reason", async () => {
  startWith({ disk: () => Promise.reject(new Error("it is gone")) });
  await health.check();
  expect(health.reasons()).toMatchObject([{ part: "disk", reason: "it is gone" }]);
});

it("reports a probe that hangs, asks it no second time, and hears its late answer", async () => {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  let asked = 0;
  startWith({
    store() {
      asked += 1;
      return asked === 1 ? promise : null;
    },
    queue: () => null,
  });
  await waitUntil("the hang to be seen", async () => health.reasons().length > 0);
  expect(health.reasons()).toMatchObject([{ part: "store", reason: "no answer within 0.05 s" }]);
  await health.check();
  expect(asked).toBe(1);
  resolve(null);
  await waitUntil("the answer to be heard", async () => health.reasons().length === 0);
});

it("keeps warnings apart from reasons", async () => {
  health = startHealth({
    probes: [{ part: "feedback", isWarning: true, check: () => "one event was left out" }],
    clock,
    logger,
  });
  await health.check();
  expect(health.reasons()).toEqual([]);
  expect(health.warnings()).toMatchObject([{ part: "feedback" }]);
});
