import type { Candidate } from "../../../analyzer/attribution/candidate.ts";
import { noEvidence } from "../../../analyzer/attribution/candidate.ts";
import { rankCandidates } from "../../../analyzer/attribution/rank-candidates.ts";
import { selectCandidates } from "../../../analyzer/attribution/select-candidates.ts";
import type { Change } from "../../../core/model/change.ts";
import { makeChange } from "../../helpers/change.ts";

const hour = 3_600_000;
const onset = Date.parse("2026-11-20T10:00:00Z");
const incident = {
  type: "error_regression",
  service: "shop",
  environment: "production",
  tool: "",
  onsetFromUnixMs: onset,
  onsetToUnixMs: onset,
} as const;

function change(changeId: string, hoursBefore: number, parts: Partial<Change> = {}): Change {
  const timeUnixMs = onset - hoursBefore * hour;
  return makeChange({ changeId, timeUnixMs, service: "shop", environment: "production", ...parts });
}

function packages(count: number, details: Record<string, unknown>): Change[] {
  return Array.from({ length: count }, (_, n) =>
    change(`p${n}`, 1, { kind: "dependency", name: `pkg:npm/p${n}`, details }),
  );
}

function shape(candidates: readonly Candidate[]): unknown[] {
  return candidates.map(({ changeId, commits }) => [
    changeId,
    commits.map((each) => each.changeId),
  ]);
}

const revision = "a".repeat(40);
const commit = change(revision, 2, {
  kind: "commit",
  revision,
  repository: "https://git.example/shop",
  files: ["src/cart.ts"],
});
const deployment = change("dep", 1, { version: "1.8.0", revision });

describe("selectCandidates", () => {
  it("counts the packages of a bill to the deployment it came with", () => {
    const named = packages(2, { type: "upgraded", deployment: "dep" });
    expect(shape(selectCandidates(incident, [deployment, commit, ...named]))).toEqual([
      ["dep", [revision, "p0", "p1"]],
    ]);
    const alone = packages(1, { type: "upgraded", bill: "bill-1" });
    const older = change("older", 3);
    expect(shape(selectCandidates(incident, [older, deployment, ...alone]))).toEqual([
      ["older", []],
      ["dep", ["p0"]],
    ]);
  });

  it("keeps a package that a person reported, and leaves counts out", () => {
    const reported = packages(1, { from: "1", to: "2" });
    const other = change("rest", 1, {
      kind: "dependency",
      details: { type: "other", packages: 9 },
    });
    expect(shape(selectCandidates(incident, [deployment, ...reported, other]))).toEqual([
      ["dep", []],
      ["p0", []],
    ]);
  });

  it("counts a model or prompt that was first seen on a version to its deployment", () => {
    const seen = { source: "telemetry", details: { serviceVersion: "1.8.0" } };
    const prompt = change("prompt", 0.9, { kind: "prompt_template", ...seen });
    const model = change("model", 0.5, {
      kind: "model",
      ...seen,
      details: { serviceVersion: "1" },
    });
    const reported = change("told", 0.9, { kind: "prompt_template" });
    expect(shape(selectCandidates(incident, [deployment, prompt, model, reported]))).toEqual([
      ["dep", ["prompt"]],
      ["model", []],
      ["told", []],
    ]);
  });

  it("takes models, prompts, data sets and configuration as candidates of their own", () => {
    const kinds = ["model", "prompt_template", "dataset", "config", "guardrail"] as const;
    const changes = kinds.map((kind) => change(kind, 1, { kind }));
    const informing = change("artifact", 1, { kind: "artifact", revision });
    expect(shape(selectCandidates(incident, [...changes, informing]))).toEqual(
      kinds.map((kind) => [kind, []]),
    );
  });
});

describe("ranking of what a deployment carried", () => {
  function rank(changes: readonly Change[]) {
    return rankCandidates(incident, selectCandidates(incident, changes), noEvidence);
  }
  const probabilityOf = (entries: ReturnType<typeof rank>, id: string | null) =>
    entries.find(({ changeId }) => changeId === id)?.probability ?? 0;

  it("does not let a long lock file outweigh the commit beside it", () => {
    const few = rank([deployment, commit, ...packages(1, { deployment: "dep" })]);
    const many = rank([deployment, commit, ...packages(100, { deployment: "dep" })]);
    expect(probabilityOf(many, revision)).toBeCloseTo(probabilityOf(few, revision), 2);
    expect(probabilityOf(many, null)).toBeCloseTo(probabilityOf(few, null), 2);
    expect(probabilityOf(many, "dep")).toBeGreaterThan(probabilityOf(few, "dep"));
    expect(many.reduce((sum, { probability }) => sum + probability, 0)).toBe(1);
  });

  it("says what is remarkable about a package without weighing it", () => {
    const details = { deployment: "dep", type: "upgraded", installScript: true };
    const plain = rank([deployment, ...packages(1, { deployment: "dep", type: "upgraded" })]);
    const odd = rank([deployment, ...packages(1, { ...details, newMaintainer: "Eve <b>" })]);
    expect(probabilityOf(odd, "p0")).toBe(probabilityOf(plain, "p0"));
    expect(odd.find(({ changeId }) => changeId === "p0")?.reasons).toEqual(
      expect.arrayContaining([
        "carried by deployment dep",
        "a package was upgraded",
        "it now runs an install script (not weighed)",
        "it has a new maintainer (not weighed)",
      ]),
    );
    expect(odd.find(({ changeId }) => changeId === "dep")?.reasons[0]).toBe(
      "carried 1 package, which share its probability",
    );
  });

  it("finds the package that brought the tool", () => {
    const tool = { ...incident, type: "tool_misuse", tool: "mailer_send" } as const;
    const mailer = change("mailer", 1, {
      kind: "dependency",
      name: "pkg:npm/%40acme/mailer-send",
      details: { deployment: "dep", type: "added" },
    });
    const changes = [deployment, mailer, ...packages(20, { deployment: "dep" })];
    const [first] = rankCandidates(tool, selectCandidates(tool, changes), noEvidence);
    expect(first?.changeId).toBe("mailer");
  });
});
