import * as fc from "fast-check";
import {
  type Boundary,
  type EpisodeHistory,
  splitEpisodes,
} from "../../../analyzer/findings/split-episodes.ts";

const day = 86_400_000;
const start = Date.parse("2026-11-02T12:00:00Z");
const noHistory: EpisodeHistory = { boundaries: [], statuses: new Map() };

function on(...days: number[]) {
  return days.map((n) => ({ fromUnixMs: start + n * day, toUnixMs: start + n * day + 1000 }));
}

function counts(days: number[], history = noHistory): number {
  return splitEpisodes("f", on(...days), history).length;
}

describe("splitEpisodes", () => {
  it.each([
    { name: "keeps six quiet days in one episode", days: [0, 6], episodes: 1 },
    { name: "begins a new episode after more than seven days", days: [0, 8], episodes: 2 },
    {
      name: "counts silence from the last detection, not the first",
      days: [0, 5, 10, 15],
      episodes: 1,
    },
    { name: "has none without detections", days: [], episodes: 0 },
  ])("$name", ({ days, episodes }) => {
    expect(counts(days)).toBe(episodes);
  });

  it("begins a new episode after a resolution, and one id cannot name both", () => {
    const boundaries: Boundary[] = [{ findingId: "r", lastUnixMs: start + 1000 }];
    const [before, after] = splitEpisodes("f", on(0, 1), { ...noHistory, boundaries });
    expect(before?.toUnixMs).toBe(start + 1000);
    expect(after?.fromUnixMs).toBe(start + day);
    expect(after?.findingId).not.toBe(before?.findingId);
  });

  it.each([
    { name: "for good", untilUnixMs: null, episodes: 1 },
    { name: "until after the silence", untilUnixMs: start + 31 * day, episodes: 1 },
    { name: "until within the silence", untilUnixMs: start + 10 * day, episodes: 2 },
  ])("lets a finding muted $name go on through silence", ({ untilUnixMs, episodes }) => {
    const [first] = splitEpisodes("f", on(0), noHistory);
    const statuses = new Map([[first?.findingId ?? "", { status: "muted" as const, untilUnixMs }]]);
    expect(counts([0, 30], { ...noHistory, statuses })).toBe(episodes);
  });

  it("keeps the id when an earlier detection of the same week arrives late", () => {
    const [late] = splitEpisodes("f", on(0, 1), noHistory);
    const [earlier] = splitEpisodes("f", on(-1, 0, 1), noHistory);
    expect(earlier?.findingId).toBe(late?.findingId);
  });

  it("gives every episode its own id and does not depend on order", () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { maxLength: 20 });
    const boundaryDays = fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { maxLength: 4 });
    fc.assert(
      fc.property(days, boundaryDays, fc.infiniteStream(fc.nat()), (active, resolved, order) => {
        const boundaries = resolved.map((n) => ({
          findingId: `r${n}`,
          lastUnixMs: start + n * day + 1000,
        }));
        const history = { ...noHistory, boundaries };
        const shuffled = active
          .map((value) => ({ value, key: order.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ value }) => value);
        const episodes = splitEpisodes("f", on(...active), history);
        expect(new Set(episodes.map(({ findingId }) => findingId)).size).toBe(episodes.length);
        expect(splitEpisodes("f", on(...shuffled), history)).toEqual(episodes);
      }),
    );
  });
});
