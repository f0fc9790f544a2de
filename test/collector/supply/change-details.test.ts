import { readNativeChange } from "../../../collector/changes/native-change.ts";
import type { ChangeKind } from "../../../core/model/change.ts";
import { cycloneDx } from "./documents.ts";

const digest = `sha256:${"b".repeat(64)}`;

function read(kind: ChangeKind, parts: Record<string, unknown>) {
  const fields = { kind, id: "x", time: "2026-11-20T10:00:00Z", ...parts };
  return readNativeChange(fields, "default");
}

describe("details of a native change", () => {
  it("reads the bill of a deployment, and never takes a sender's own", () => {
    const change = read("deployment", { sbom: cycloneDx, details: { note: "hi", bill: "fake" } });
    expect(change.details).toMatchObject({ note: "hi", bill: { format: "cyclonedx" } });
    expect(read("deployment", { details: { bill: { components: [] } } }).details).toEqual({});
    expect(() => read("deployment", { sbom: { what: 1 } })).toThrow(/bill of materials/);
  });

  it("checks a model's provenance and takes its digest as artifact", () => {
    const details = { digest, baseModel: "llama-4", license: "other", quantization: "q4" };
    expect(read("model", { details })).toMatchObject({ artifacts: [digest], details });
    expect(() => read("model", { details: { digest: "latest" } })).toThrow(
      "details.digest: expected sha256:<64 hex>",
    );
    expect(() => read("model", { details: { license: 7 } })).toThrow(/^details\.license: /);
  });

  it("reads a data set's column profile and fills in what is not said", () => {
    const profile = {
      rows: 3,
      columns: [
        {
          name: "price",
          type: "number",
          count: 3,
          quantiles: [
            { q: 0.5, value: 2 },
            { q: 0.9, value: 9 },
          ],
          topValues: [{ value: "2", count: 2 }],
        },
      ],
      duplicates: [{ hash: "0011aabb", count: 2 }],
    };
    expect(read("dataset", { details: { profile, license: "CC0" } }).details).toEqual({
      license: "CC0",
      profile: {
        ...profile,
        columns: [
          { ...profile.columns[0], nulls: 0, distinct: null, min: null, max: null, mean: null },
        ],
      },
    });
  });

  it.each([
    [{ columns: [] }, /^details\.profile\.rows: /],
    [{ rows: 1, columns: [{ name: "a", count: -1 }] }, /^details\.profile\.columns\.0\.count: /],
    [
      { rows: 1, columns: [{ name: "a", count: 1, type: "blob" }] },
      /^details\.profile\.columns\.0\.type: .*"string"/,
    ],
    [
      {
        rows: 1,
        columns: [
          {
            name: "a",
            count: 1,
            quantiles: [
              { q: 1, value: 1 },
              { q: 0, value: 0 },
            ],
          },
        ],
      },
      /rise in q/,
    ],
    [
      {
        rows: 1,
        columns: [
          { name: "a", count: 1 },
          { name: "a", count: 1 },
        ],
      },
      /each column once/,
    ],
    [
      { rows: 1, columns: Array.from({ length: 501 }, (_, n) => ({ name: `${n}`, count: 1 })) },
      /columns: /,
    ],
  ])("refuses a wrong profile in words (%#)", (profile, words) => {
    expect(() => read("dataset", { details: { profile } })).toThrow(
      expect.objectContaining({ reason: "bad_data", message: expect.stringMatching(words) }),
    );
  });

  it("never quotes a value", () => {
    const columns = [{ name: "a", count: "hunter2" }];
    expect(() => read("dataset", { details: { profile: { rows: 1, columns } } })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
    );
  });

  it("refuses details without end", () => {
    expect(() => read("config", { details: { text: "x".repeat(70_000) } })).toThrow(
      /at most 65536/,
    );
  });
});
