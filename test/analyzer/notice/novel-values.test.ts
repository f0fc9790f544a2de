import * as fc from "fast-check";
import { noticedChanges } from "../../../analyzer/notice/noticed-changes.ts";
import type { SeenValue } from "../../../analyzer/notice/noticed-value.ts";
import { novelReleases } from "../../../analyzer/notice/novel-releases.ts";
import { novelModels, novelPrompts } from "../../../analyzer/notice/novel-values.ts";

const begin = Date.parse("2026-11-20T00:00:00Z");
const minute = 60_000;
const stream = { tenant: "default", service: "shop", environment: "production" };

function seen(
  dimension: SeenValue["dimension"],
  minutes: number,
  value: string,
  subject: readonly string[] = [],
): SeenValue {
  const firstUnixMs = begin + minutes * minute;
  return { dimension, subject, value, firstUnixMs, traceId: "t", spanId: "s", version: "1.8.0" };
}

/** A stored release value: facts in the order of `releaseFacts`. */
function release(minutes: number, facts: readonly string[]): SeenValue {
  const all = Array.from({ length: 8 }, (_, i) => facts[i] ?? "");
  return seen("release", minutes, JSON.stringify(all));
}

describe("novelModels", () => {
  it("tells an alias that moved, and is silent about the baseline and new agents", () => {
    const values = [
      seen("model", 0, "gpt-5-2026-01", ["bot", "gpt-5"]),
      seen("model", 5, "gpt-5-2026-02", ["bot", "gpt-5"]),
      seen("model", 60, "gpt-5-2026-03", ["bot", "gpt-5"]),
      seen("model", 70, "claude-5", ["helper", "claude-5"]),
    ];
    expect(novelModels(values)).toMatchObject([
      { value: "gpt-5-2026-03", previous: "gpt-5-2026-02" },
    ]);
  });

  it("tells a model that an agent had not requested before", () => {
    const values = [
      seen("model", 0, "gpt-5-2026-01", ["bot", "gpt-5"]),
      seen("model", 60, "claude-5", ["bot", "claude-5"]),
      seen("model", 90, "gpt-5-2026-01", ["bot", "openai/gpt-5"]),
    ];
    expect(novelModels(values)).toMatchObject([{ value: "claude-5", previous: "gpt-5-2026-01" }]);
  });
});

describe("novelPrompts", () => {
  it("compares within an agent", () => {
    const values = [
      seen("prompt", 0, "aaaa", ["bot"]),
      seen("prompt", 30, "bbbb", ["bot"]),
      seen("prompt", 30, "aaaa", ["helper"]),
      seen("prompt", 35, "cccc", ["helper"]),
    ];
    expect(novelPrompts(values)).toMatchObject([{ value: "bbbb", previous: "aaaa" }]);
  });
});

describe("novelReleases", () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

  it("tells a version once, however long two run side by side", () => {
    const found = novelReleases([release(0, ["1.7.0"]), release(60, ["1.8.0"])]);
    expect(found).toMatchObject([{ fact: "service.version", value: "1.8.0", previous: "1.7.0" }]);
  });

  it("takes the baseline of a rollout that was under way as given", () => {
    expect(novelReleases([release(0, ["1.7.0"]), release(9, ["1.8.0"])])).toEqual([]);
  });

  it("sees a new image behind a version that never changes", () => {
    const found = novelReleases([
      release(0, ["1.0.0", "", "", digest("a"), "", "web", "7d9f8b6c5d"]),
      release(60, ["1.0.0", "", "", digest("b"), "", "web", "5c6b8f9d7e"]),
    ]);
    expect(found).toMatchObject([{ fact: "image digest", digests: [digest("b")] }]);
  });

  it("sees a rollout of pods without any other name", () => {
    const found = novelReleases([
      release(0, ["", "", "", "", "", "web", "7d9f8b6c5d"]),
      release(30, ["", "", "", "", "", "web", "5c6b8f9d7e"]),
      release(50, ["", "", "", "", "", "web", "6d7c9f8e5b"]),
    ]);
    expect(found.map(({ value }) => value)).toEqual(["5c6b8f9d7e", "6d7c9f8e5b"]);
  });

  it("counts the other workloads of a release to it, and a later image on its own", () => {
    const found = novelReleases([
      release(0, ["1.7.0", "", "", digest("a"), "", "web"]),
      release(60, ["1.8.0", "", "", digest("b"), "", "web"]),
      release(70, ["1.8.0", "", "c".repeat(40), digest("c"), "", "worker"]),
      release(600, ["1.8.0", "", "c".repeat(40), digest("d"), "", "worker"]),
    ]);
    expect(found).toMatchObject([
      { fact: "service.version", digests: [digest("b"), digest("c")] },
      { fact: "image digest", digests: [digest("d")] },
    ]);
    expect(found[0]?.facts.get("vcs.ref.head.revision")).toBe("c".repeat(40));
  });

  it("is silent about names that are no release", () => {
    expect(
      novelReleases([
        release(0, ["1", "", "", "", "", "web"]),
        release(60, ["1", "", "", "", "", "api"]),
      ]),
    ).toEqual([]);
  });
});

describe("noticedChanges", () => {
  const until = begin + 24 * 60 * minute;

  it("bounds a value per request and counts the rest in powers of two", () => {
    const values = Array.from({ length: 64 }, (_, n) => seen("prompt", n * 15, `p${n}`, ["bot"]));
    const firstUses = new Map([[`prompt/${begin}`, 5000]]);
    const changes = noticedChanges(stream, { values, firstUses }, until);
    expect(changes).toHaveLength(9);
    expect(changes.at(-1)).toMatchObject({
      kind: "prompt_template",
      details: { type: "other", atLeast: 4096 },
    });
  });

  it("waits for what is not settled", () => {
    const values = [release(0, ["1.7.0"]), release(60, ["1.8.0"])];
    const of = (untilUnixMs: number) =>
      noticedChanges(stream, { values, firstUses: new Map() }, untilUnixMs).length;
    expect([of(begin + 60 * minute), of(begin + 60 * minute + 1)]).toEqual([0, 1]);
  });

  it("gives the same changes whatever the order of the values", () => {
    const values = fc.array(
      fc.oneof(
        fc
          .tuple(fc.nat(2000), fc.constantFrom("a", "b", "c"), fc.constantFrom("bot", "helper"))
          .map(([at, value, agent]) => seen("prompt", at, value, [agent])),
        fc
          .tuple(fc.nat(2000), fc.constantFrom("m1", "m2"), fc.constantFrom("x", "y"))
          .map(([at, value, model]) => seen("model", at, value, ["bot", model])),
        fc
          .tuple(fc.nat(2000), fc.constantFrom("1", "2", ""), fc.constantFrom("ab", "cd"))
          .map(([at, version, tag]) => release(at, [version, "", "", "", tag])),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(values, fc.nat(), (all, by) => {
        const firstUses = new Map<string, number>();
        // As in the store: one first use for each value of a subject.
        const unique = [
          ...new Map(
            all
              .toSorted((a, b) => b.firstUnixMs - a.firstUnixMs)
              .map((each) => [JSON.stringify([each.dimension, each.subject, each.value]), each]),
          ).values(),
        ];
        const turned = unique.map((_, i) => unique[(i + by) % unique.length] as SeenValue);
        const changes = noticedChanges(stream, { values: unique, firstUses }, until);
        expect(noticedChanges(stream, { values: turned, firstUses }, until)).toEqual(changes);
        const ids = changes.map(({ changeId }) => changeId);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
