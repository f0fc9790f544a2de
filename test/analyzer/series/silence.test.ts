import * as fc from "fast-check";
import {
  countSpansOf,
  createSilenceWatch,
  passTime,
  type Silence,
  type SilenceWatch,
  skipTime,
} from "../../../analyzer/series/silence.ts";

// A Monday.
const start = Date.UTC(2026, 10, 2);
const minute = 60_000;
const day = 1440;

/** Feeds spans per minute; time passes at each span, and at `cuts` as well. */
function watch(
  state: SilenceWatch,
  spansAt: (minute: number) => number,
  minutes: number,
  cuts: readonly number[] = [],
): Silence[] {
  const found: Silence[] = [];
  const cut = new Set(cuts);
  function pass(index: number): void {
    const silence = passTime(state, start + index * minute);
    found.push(...(silence === null ? [] : [silence]));
  }
  for (let index = 0; index < minutes; index++) {
    const spans = spansAt(index);
    if (spans > 0 || cut.has(index)) {
      pass(index);
    }
    if (spans > 0) {
      countSpansOf(state, start + index * minute, spans);
    }
  }
  pass(minutes);
  return found;
}

describe("silence of a stream", () => {
  it("is told once, within half an hour and ten minutes, with when it began", () => {
    const stop = 2 * day + 605;
    const [silence, ...more] = watch(
      createSilenceWatch(),
      (index) => (index < stop || index > stop + 300 ? 5 : 0),
      3 * day,
    );
    expect(more).toEqual([]);
    const stopUnixMs = start + stop * minute;
    expect((silence?.atUnixMs ?? 0) - stopUnixMs).toBeLessThanOrEqual(40 * minute);
    expect(silence?.onset.fromUnixMs).toBeLessThanOrEqual(stopUnixMs);
    expect(silence?.onset.toUnixMs).toBeGreaterThanOrEqual(stopUnixMs);
  });

  it.each([
    ["a night that is always silent", (index: number) => (index % day < 480 ? 0 : 9), 4],
    ["a first weekend", (index: number) => (Math.floor(index / day) % 7 < 5 ? 9 : 0), 7],
    ["a span every twenty minutes", (index: number) => (index % 20 === 0 ? 1 : 0), 6],
    [
      "traffic of which a sampler leaves a tenth",
      (i: number) => (i < 4000 ? 9 : +(i % 11 === 0)),
      6,
    ],
    ["a stream that is new", (index: number) => (index < 1000 ? 9 : 0), 1],
  ] as const)("is not %s", (_, spansAt, days) => {
    expect(watch(createSilenceWatch(), spansAt, days * day)).toEqual([]);
  });

  it("is nothing that was sampled away", () => {
    const state = createSilenceWatch();
    expect(watch(state, () => 9, 2 * day)).toEqual([]);
    skipTime(state, start + (2 * day + 400) * minute);
    expect(passTime(state, start + (2 * day + 420) * minute)).toBeNull();
  });

  it("is the same for every way to cut time, and after a restart", () => {
    const gaps = fc.array(fc.nat(3 * day), { maxLength: 3 });
    fc.assert(
      fc.property(gaps, fc.array(fc.nat(3 * day), { maxLength: 20 }), (starts, cuts) => {
        const spansAt = (index: number): number =>
          starts.some((from) => index >= from && index < from + 90) ? 0 : 3;
        const whole = createSilenceWatch();
        const cut: SilenceWatch = JSON.parse(JSON.stringify(createSilenceWatch()));
        expect(watch(cut, spansAt, 3 * day, cuts)).toEqual(watch(whole, spansAt, 3 * day));
        expect(JSON.parse(JSON.stringify(cut))).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });
});
