import { noteAlarms } from "../../../analyzer/alarm/note-alarms.ts";
import { scoreOf } from "../../../analyzer/detectors/series/excerpt.ts";
import {
  type FollowedStream,
  followStream,
  reopen,
  settleDoubts,
  takeSnapshot,
} from "../../../analyzer/series/followed-stream.ts";
import { releaseAlarms } from "../../../analyzer/series/release-alarms.ts";
import { parseStreamState, serializeStreamState } from "../../../analyzer/series/stream-state.ts";
import { makeDetection } from "../../helpers/detection.ts";

const start = Date.UTC(2026, 10, 20);
const none = new Map<string, number>();

/** A stream of so many series, one of which alarmed with this evidence. */
function alarmed(service: string, nats: number, series = 1): FollowedStream {
  const followed = followStream({ tenant: "default", service, environment: "" }, start);
  for (let index = 0; index < series; index++) {
    const each = { metric: "error_rate", subject: String(index), state: {} };
    followed.state.series.set(String(index), each);
  }
  const fields = { series: `${service}/errors`, service, score: scoreOf(nats) };
  const detection = { ...makeDetection(fields), timeUnixMs: start + 60_000 };
  noteAlarms(followed.state.alarms, [{ detection, series: "error_rate:0", subject: "0" }]);
  followed.state.seenUntilUnixMs = start + 120_000;
  return followed;
}

function grow(followed: FollowedStream, nats: number): void {
  for (const candidate of followed.state.alarms.candidates) {
    candidate.nats = nats;
  }
}

it("an alarm among many series waits for evidence, also through a restart", () => {
  const followed = alarmed("shop", 16, 5000);
  expect(releaseAlarms([followed], none)).toEqual([]);
  const resumed = followStream(followed.stream, start);
  resumed.state = parseStreamState(serializeStreamState(followed.state));
  for (const each of [followed, resumed]) {
    grow(each, 21);
    expect(releaseAlarms([each], none)).toHaveLength(1);
    expect(releaseAlarms([each], none)).toEqual([]);
  }
  expect(resumed.raised).toEqual(followed.raised);
  expect(serializeStreamState(resumed.state)).toBe(serializeStreamState(followed.state));
});

it("an alarm that was released after a snapshot is in doubt once that is gone back to", () => {
  const followed = alarmed("shop", 16, 5000);
  takeSnapshot(followed);
  grow(followed, 21);
  const [raised] = releaseAlarms([followed], none);
  followed.state.seenUntilUnixMs += 600_000;
  followed.lateFromUnixMs = start + 300_000;
  reopen(followed, start);
  expect([...followed.doubtful.values()]).toEqual([raised]);
  followed.state.seenUntilUnixMs = followed.doubtfulUntilUnixMs;
  expect(releaseAlarms([followed], none)).toEqual([]);
  expect(settleDoubts(followed)).toEqual([raised]);
});

it("an alarm that follows again is neither raised twice nor taken back", () => {
  const followed = alarmed("shop", 16, 5000);
  takeSnapshot(followed);
  grow(followed, 21);
  releaseAlarms([followed], none);
  followed.state.seenUntilUnixMs += 600_000;
  followed.lateFromUnixMs = start + 300_000;
  reopen(followed, start);
  grow(followed, 22);
  expect(releaseAlarms([followed], none)).toEqual([]);
  followed.state.seenUntilUnixMs = followed.doubtfulUntilUnixMs;
  expect(settleDoubts(followed)).toEqual([]);
});

it("streams of a tenant share the bar: many that shift on one day need less each", () => {
  const streams = Array.from({ length: 60 }, (_, index) => alarmed(`shop-${index}`, 17, 100));
  expect(releaseAlarms(streams.slice(0, 1).concat(quiet(6000)), none)).toEqual([]);
  expect(releaseAlarms(streams.concat(quiet(100)), none)).toHaveLength(60);
});

function quiet(series: number): FollowedStream {
  const followed = alarmed("quiet", 16, series);
  followed.state.alarms.candidates = [];
  return followed;
}
