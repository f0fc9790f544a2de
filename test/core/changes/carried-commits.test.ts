import { carriedCommits } from "../../../core/changes/carried-commits.ts";
import type { Change } from "../../../core/model/change.ts";
import { createChange } from "../../../core/model/create-change.ts";

const hour = 3_600_000;
const begin = Date.parse("2026-11-20T00:00:00Z");

function change(parts: Partial<Change> & { hours: number }): Change {
  const { hours, ...rest } = parts;
  return createChange({
    tenant: "default",
    changeId: "",
    kind: "commit",
    timeUnixMs: begin + hours * hour,
    repository: "https://git.example/shop",
    source: "native",
    ...rest,
  });
}

function commit(revision: string, hours: number, parents: string[], repository?: string): Change {
  return change({
    hours,
    changeId: revision,
    revision,
    parents,
    ...(repository === undefined ? {} : { repository }),
  });
}

function deploy(changeId: string, hours: number, parts: Partial<Change> = {}): Change {
  return change({
    hours,
    changeId,
    kind: "deployment",
    service: "shop",
    environment: "production",
    ...parts,
  });
}

function ids(changes: readonly Change[]): string[] {
  return changes.map(({ changeId }) => changeId).toSorted();
}

// a ← b ← d (merge), a ← c ← d, and e on a branch that is never merged
const history = [
  commit("a", 0, ["root"]),
  commit("b", 1, ["a"]),
  commit("c", 2, ["a"]),
  commit("d", 3, ["b", "c"]),
  commit("e", 3, ["a"]),
];

describe("carriedCommits", () => {
  it("takes what lies between two revisions, merges included, branches left out", () => {
    const first = deploy("first", 0.5, { revision: "a" });
    const second = deploy("second", 4, { revision: "d" });
    expect(ids(carriedCommits(second, [second, first], history))).toEqual(["b", "c", "d"]);
  });

  it("looks past a failed deployment to the last that succeeded", () => {
    const first = deploy("first", 0.5, { revision: "a", status: "succeeded" });
    const failed = deploy("failed", 2, { revision: "b", status: "failed" });
    const second = deploy("second", 4, { revision: "d", status: "succeeded" });
    expect(ids(carriedCommits(second, [first, failed, second], history))).toEqual(["b", "c", "d"]);
  });

  it("carries nothing when an older revision is deployed again", () => {
    const second = deploy("second", 4, { revision: "d" });
    const rollback = deploy("rollback", 5, { revision: "b" });
    expect(carriedCommits(rollback, [second, rollback], history)).toEqual([]);
  });

  it("compares within one environment", () => {
    const staging = deploy("staging", 3.5, { revision: "d", environment: "staging" });
    const production = deploy("production", 4, { revision: "d" });
    const first = deploy("first", 0.5, { revision: "a" });
    expect(ids(carriedCommits(production, [staging, production, first], history))).toEqual([
      "b",
      "c",
      "d",
    ]);
  });

  it("falls back to the time between deployments where revisions are unknown", () => {
    const first = deploy("first", 1.5);
    const second = deploy("second", 2.5);
    const foreign = commit("x", 2, [], "https://git.example/other");
    expect(ids(carriedCommits(second, [first, second], [...history, foreign]))).toEqual(["c"]);
  });

  it("finds the repository by the revision, and knows it with and without .git", () => {
    const first = deploy("first", 0.5, { repository: "", revision: "a" });
    const second = deploy("second", 4, {
      repository: "https://git.example/Shop.git",
      revision: "d",
    });
    const third = deploy("third", 4, { repository: "", revision: "d" });
    expect(ids(carriedCommits(second, [first, second], history))).toEqual(["b", "c", "d"]);
    expect(ids(carriedCommits(third, [first, third], history))).toEqual(["b", "c", "d"]);
  });

  it("survives a history that goes in a circle", () => {
    const circle = [commit("p", 1, ["q"]), commit("q", 1, ["p"])];
    expect(ids(carriedCommits(deploy("d", 2, { revision: "p" }), [], circle))).toEqual(["p", "q"]);
  });
});
