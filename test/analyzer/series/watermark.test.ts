import { closedUntil } from "../../../analyzer/series/watermark.ts";

const minute = 60_000;
const config = { watermarkSeconds: 120, streamIdleSeconds: 10 };

describe("closedUntil", () => {
  it.each([
    { name: "stays two minutes behind the newest record", max: 10.5, idleMs: 0, closed: 8 },
    {
      name: "closes a minute exactly when the watermark reaches its end",
      max: 10,
      idleMs: 0,
      closed: 8,
    },
    {
      name: "closes the newest minute too once the stream has paused",
      max: 10.5,
      idleMs: 10_000,
      closed: 11,
    },
    { name: "does not count a pause just short of the limit", max: 10.5, idleMs: 9_999, closed: 8 },
    {
      name: "closes nothing beyond the newest record, however long the pause",
      max: 10.5,
      idleMs: 1e9,
      closed: 11,
    },
  ])("$name", ({ max, idleMs, closed }) => {
    const progress = { maxTimeUnixMs: max * minute, lastArrivalUnixMs: 5_000 };
    expect(closedUntil(progress, 5_000 + idleMs, config)).toBe(closed * minute);
  });
});
