import * as fc from "fast-check";
import { compareProfiles } from "../../../analyzer/supply/compare-profiles.ts";
import { findDatasetShifts } from "../../../analyzer/supply/find-dataset-shifts.ts";
import { storeProfiles } from "../../../analyzer/supply/store-profiles.ts";
import { createRandom } from "../../../bench/random.ts";
import {
  type ColumnProfile,
  columnTypes,
  type DatasetProfile,
} from "../../../core/model/dataset-profile.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { makeChange } from "../../helpers/change.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

interface Rows {
  readonly seed: number;
  readonly rows?: number;
  /** Share of `spam` labels, of a planted text and of repeated rows; shift of the score. */
  readonly spam?: number;
  readonly planted?: number;
  readonly repeated?: number;
  readonly shift?: number;
  readonly missing?: number;
}

/** Profile of a drawn data set of labeled, scored messages. */
function profileOf({ seed, rows = 2000, ...given }: Rows): DatasetProfile {
  const random = createRandom(seed);
  const labels = { spam: 0, ham: 0 };
  const scores: number[] = [];
  let [planted, missing] = [0, 0];
  for (let row = 0; row < rows; row++) {
    labels[random() < (given.spam ?? 0.3) ? "spam" : "ham"] += 1;
    scores.push(random() + random() + (given.shift ?? 0));
    planted += random() < (given.planted ?? 0) ? 1 : 0;
    missing += random() < (given.missing ?? 0.02) ? 1 : 0;
  }
  const sorted = scores.toSorted((a, b) => a - b);
  const text = column("text", "string", rows, {
    distinct: rows - planted,
    topValues: [
      ...(planted === 0 ? [] : [{ value: "cf-trigger", count: planted }]),
      { value: "hello", count: 3 },
    ],
  });
  return {
    rows,
    columns: [
      text,
      column("label", "string", rows, {
        distinct: 2,
        nulls: missing,
        topValues: Object.entries(labels)
          .map(([value, count]) => ({ value, count }))
          .toSorted((a, b) => b.count - a.count),
      }),
      column("score", "number", rows, {
        quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map((q) => ({
          q,
          value: sorted[Math.floor(q * rows)] ?? 0,
        })),
      }),
    ],
    duplicates: given.repeated === undefined ? [] : [{ hash: "a", count: given.repeated * rows }],
  };
}

function column(
  name: string,
  type: ColumnProfile["type"],
  count: number,
  said: Partial<ColumnProfile>,
): ColumnProfile {
  const silent = { nulls: 0, distinct: null, min: null, max: null, mean: null };
  return { name, type, count, ...silent, quantiles: [], topValues: [], ...said };
}

const good = profileOf({ seed: 1 });

describe("a new version of a data set", () => {
  it("of the same source is no news, a hundred times over", () => {
    for (let seed = 2; seed < 102; seed++) {
      expect(compareProfiles(good, profileOf({ seed, rows: 500 + 20 * seed }))).toEqual([]);
    }
  });

  it.each([
    ["category-mix", "label", "drift", { spam: 0.5 }],
    ["distribution", "score", "drift", { shift: 0.5 }],
    ["null-share", "label", "drift", { missing: 0.2 }],
    ["dominant-value", "text", "poisoning", { planted: 0.08 }],
    ["duplicate-rows", "", "poisoning", { repeated: 0.05 }],
  ] as const)("shows %s of %s as %s", (rule, column_, kind, rows) => {
    expect(compareProfiles(good, profileOf({ seed: 9, ...rows }))).toEqual([
      expect.objectContaining({ rule, column: column_, kind, strength: "strong" }),
    ]);
  });

  it("shows columns that came, went or changed their type", () => {
    const [text, label, score] = good.columns;
    const changed = [{ ...text, type: "integer" }, label, { ...score, name: "Grade <b>" }];
    const shifts = compareProfiles(good, { ...good, columns: changed as ColumnProfile[] });
    expect(shifts.map(({ rule, column: name }) => [rule, name])).toEqual([
      ["column-removed", "score"],
      ["column-type", "text"],
      ["column-added", "grade-b-"],
    ]);
  });

  it("never fails, shows no text of the data and keeps sizes within bounds", () => {
    const count = fc.nat(5000);
    const arbitraryColumn = fc.record({
      name: fc.string({ maxLength: 6 }),
      type: fc.constantFrom(...columnTypes),
      count,
      nulls: count,
      distinct: fc.option(count),
      min: fc.constant(null),
      max: fc.constant(null),
      mean: fc.constant(null),
      quantiles: fc.array(
        fc.record({ q: fc.constantFrom(0.25, 0.5, 0.75), value: fc.double({ noNaN: true }) }),
      ),
      topValues: fc.array(fc.record({ value: fc.constant("SECRET"), count })),
    });
    const profile = fc.record({
      rows: count,
      columns: fc.array(arbitraryColumn, { maxLength: 4 }),
      duplicates: fc.array(fc.record({ hash: fc.string(), count }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(profile, profile, (before, after) => {
        for (const { size, excerpt } of compareProfiles(before, after)) {
          expect(size).toBeGreaterThanOrEqual(0);
          expect(size).toBeLessThanOrEqual(1);
          expect(excerpt).not.toContain("SECRET");
          expect(excerpt).not.toContain("NaN");
        }
      }),
    );
  });
});

describe("dataset changes", () => {
  let store: OpenedStore;
  const start = Date.UTC(2026, 10, 10);
  beforeAll(async () => {
    store = await openMemoryStore();
  });
  afterAll(() => store.close());

  it("are compared with the last good version, of their own tenant and name", async () => {
    const versions = [
      profileOf({ seed: 1 }),
      profileOf({ seed: 2, planted: 0.1 }),
      profileOf({ seed: 3, planted: 0.1 }),
      profileOf({ seed: 4 }),
    ];
    const changes = versions.map((_, index) =>
      makeChange({
        kind: "dataset",
        changeId: `set-${index}`,
        name: "mails",
        service: "filter",
        timeUnixMs: start + index * 86_400_000,
        startedAtUnixMs: null,
        completedAtUnixMs: null,
      }),
    );
    const carried = versions.flatMap((profile, index) => {
      const change = changes[index];
      return change === undefined ? [] : [{ change, profile }];
    });
    await storeProfiles(store.writes, { id: "a", revision: 1 }, carried);
    const found = await findDatasetShifts(store.reads, changes);
    expect(found.map(({ type, onset }) => [type, onset?.fromUnixMs])).toEqual([
      ["data_poisoning", start + 86_400_000],
      ["data_poisoning", start + 2 * 86_400_000],
    ]);
    expect(found[0]).toMatchObject({
      service: "filter",
      targetClass: "dataset.dominant-value:text",
      strength: "strong",
    });
    expect(await findDatasetShifts(store.reads, changes)).toEqual(found);
    const foreign = changes.map((change) => ({ ...change, tenant: "other" }));
    expect(await findDatasetShifts(store.reads, foreign)).toEqual([]);
  });
});
