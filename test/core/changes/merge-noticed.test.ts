import { isSameChange, mergeNoticed } from "../../../core/changes/merge-noticed.ts";
import type { Change } from "../../../core/model/change.ts";
import { makeChange } from "../../helpers/change.ts";

const hour = 3_600_000;
const begin = Date.parse("2026-11-20T08:00:00Z");

function noticed(parts: Partial<Change>): Change {
  return makeChange({ changeId: "noticed", source: "telemetry", service: "shop", ...parts });
}

function reported(parts: Partial<Change>): Change {
  return makeChange({ changeId: "reported", service: "shop", ...parts });
}

describe("mergeNoticed", () => {
  it("keeps one of two, with what telemetry knows and the report does not say", () => {
    const seen = noticed({ version: "1.8.0", revision: "a".repeat(40), repository: "r" });
    const told = reported({ version: "1.8.0", message: "release" });
    expect(mergeNoticed([seen, told])).toEqual([
      { ...told, revision: "a".repeat(40), repository: "r" },
    ]);
    const sure = { ...told, revision: "b".repeat(40) };
    expect(mergeNoticed([sure, noticed({ version: "1.8.0" })])).toEqual([sure]);
  });

  it("leaves everything else as it is, in its order", () => {
    const changes = [
      noticed({ version: "1.8.0" }),
      reported({ version: "1.7.0" }),
      reported({ changeId: "c", kind: "commit" }),
    ];
    expect(mergeNoticed(changes)).toEqual(changes);
  });

  it.each<[string, Partial<Change>, Partial<Change>, boolean]>([
    [
      "a report two hours late",
      { version: "2" },
      { version: "2", timeUnixMs: begin + 2 * hour },
      true,
    ],
    [
      "the same version again weeks later",
      { version: "2" },
      { version: "2", timeUnixMs: begin + 400 * hour },
      false,
    ],
    ["another service", { version: "2" }, { version: "2", service: "pay" }, false],
    [
      "another environment",
      { version: "2", environment: "a" },
      { version: "2", environment: "b" },
      false,
    ],
    ["a report without environment", { version: "2", environment: "a" }, { version: "2" }, true],
    ["the same commit", { revision: "a".repeat(40) }, { revision: "a".repeat(40) }, true],
    ["the same digest", { artifacts: ["sha256:a"] }, { artifacts: ["sha256:b", "sha256:a"] }, true],
    ["its deployment id", { details: { "deployment.id": "reported" } }, {}, true],
    ["nothing in common", {}, {}, false],
    ["no version on both sides", { version: "" }, { version: "" }, false],
    [
      "a model by the name it was requested by",
      { kind: "model", version: "gpt-5-02", details: { requestModel: "gpt-5" } },
      { kind: "model", name: "gpt-5" },
      true,
    ],
    [
      "another model",
      { kind: "model", version: "gpt-5-02" },
      { kind: "model", name: "claude-5" },
      false,
    ],
    [
      "a prompt that was changed an hour before",
      { kind: "prompt_template", timeUnixMs: begin + hour },
      { kind: "prompt_template" },
      true,
    ],
    [
      "a prompt that was changed last week",
      { kind: "prompt_template", timeUnixMs: begin + 170 * hour },
      { kind: "prompt_template" },
      false,
    ],
    ["another kind", { version: "2" }, { kind: "config", version: "2" }, false],
  ])("knows %s", (_name, seen, told, same) => {
    expect(isSameChange(noticed(seen), reported(told))).toBe(same);
  });
});
