import * as fc from "fast-check";
import {
  type AttributionEvidence,
  type Candidate,
  type ChangeContent,
  type Incident,
  noEvidence,
} from "../../../analyzer/attribution/candidate.ts";
import { rankCandidates } from "../../../analyzer/attribution/rank-candidates.ts";
import { changeKinds } from "../../../core/model/change.ts";
import { findingTypes } from "../../../core/model/finding.ts";

const hour = 3_600_000;
const onset = Date.parse("2026-11-20T10:00:00Z");

function incident(parts: Partial<Incident> = {}): Incident {
  return {
    type: "data_exfiltration",
    service: "shop",
    tool: "send_email",
    onsetFromUnixMs: onset,
    onsetToUnixMs: onset,
    ...parts,
  };
}

function commit(changeId: string, parts: Partial<ChangeContent> = {}): ChangeContent {
  return { changeId, kind: "commit", files: ["src/a.ts"], message: "", byAgent: false, ...parts };
}

function deployment(changeId: string, parts: Partial<Candidate> = {}): Candidate {
  return {
    changeId,
    kind: "deployment",
    files: [],
    message: "",
    byAgent: false,
    service: "shop",
    version: "",
    startedAtUnixMs: onset - 2 * hour,
    completedAtUnixMs: onset - 2 * hour,
    status: "succeeded",
    commits: [],
    ...parts,
  };
}

const addTool = commit("add-tool", {
  files: ["src/agent/tools.ts"],
  message: "Add sendEmail so that the assistant can answer by mail",
  byAgent: true,
});
const restyle = commit("restyle", { files: ["web/site.css"] });

function probabilityOf(ranking: ReturnType<typeof rankCandidates>, id: string | null): number {
  return ranking.find(({ changeId }) => changeId === id)?.probability ?? 0;
}

describe("rankCandidates", () => {
  it("answers none of these where no change is known", () => {
    expect(rankCandidates(incident(), [], noEvidence)).toEqual([
      {
        changeId: null,
        kind: "none",
        probability: 1,
        reasons: ["no change is known that took effect before the onset"],
      },
    ]);
  });

  it("ranks the commit that added the tool above a later, innocent deployment", () => {
    const ranking = rankCandidates(
      incident(),
      [
        deployment("guilty", {
          startedAtUnixMs: onset - 20 * hour,
          completedAtUnixMs: onset - 20 * hour,
          commits: [addTool, restyle],
        }),
        deployment("innocent", {
          startedAtUnixMs: onset - hour,
          completedAtUnixMs: onset - hour,
          commits: [commit("fix-typo", { files: ["src/banner.ts"] })],
        }),
      ],
      noEvidence,
    );
    expect(ranking[0]?.changeId).toBe("add-tool");
    expect(probabilityOf(ranking, "add-tool")).toBeGreaterThan(0.7);
    expect(probabilityOf(ranking, "guilty")).toBeGreaterThan(0);
    expect(ranking[0]?.reasons).toContain("carried by deployment guilty");
    expect(ranking[0]?.reasons).toContain("names the tool send_email (+2.5)");
  });

  it("excludes what began after the onset", () => {
    const late = { startedAtUnixMs: onset + hour, completedAtUnixMs: null };
    const ranking = rankCandidates(
      incident(),
      [deployment("late", { ...late, commits: [addTool] })],
      noEvidence,
    );
    expect(ranking.map(({ changeId }) => changeId)).toEqual([null]);
  });

  it("keeps the prior of none beside a change that nothing speaks for or against", () => {
    const now = { startedAtUnixMs: onset, completedAtUnixMs: onset };
    const ranking = rankCandidates(incident({ tool: "" }), [deployment("d", now)], noEvidence);
    // Code weighs 0.3 nats for a leak: 0.85 e^0.3 / (0.85 e^0.3 + 0.15).
    expect(probabilityOf(ranking, "d")).toBeCloseTo(0.884, 2);
  });

  it("gives a stale change of text only to none of these", () => {
    const old = { startedAtUnixMs: onset - 240 * hour, completedAtUnixMs: onset - 240 * hour };
    const ranking = rankCandidates(
      incident(),
      [deployment("d", { ...old, commits: [restyle] })],
      noEvidence,
    );
    expect(ranking[0]?.changeId).toBeNull();
    expect(probabilityOf(ranking, null)).toBeGreaterThan(0.9);
  });

  it.each([
    {
      name: "a model change for cost",
      type: "cost_anomaly" as const,
      likelier: deployment("a", { kind: "model" }),
      other: deployment("b", { commits: [commit("c", { files: ["src/cart.ts"] })] }),
    },
    {
      name: "a permission file for a leak",
      type: "secret_leak" as const,
      likelier: deployment("a", {
        commits: [commit("p", { files: [".claude/settings.json"] })],
      }),
      other: deployment("b", { commits: [commit("c", { files: ["src/cart.ts"] })] }),
    },
    {
      name: "any code over text for latency",
      type: "performance_regression" as const,
      likelier: deployment("a", { commits: [commit("p", { files: ["src/cart.ts"] })] }),
      other: deployment("b", { commits: [restyle] }),
    },
    {
      name: "a succeeded rollout over a failed one",
      type: "error_regression" as const,
      likelier: deployment("a"),
      other: deployment("b", { status: "failed" }),
    },
  ])("prefers $name", ({ type, likelier, other }) => {
    const ranking = rankCandidates(incident({ type, tool: "" }), [other, likelier], noEvidence);
    const mass = (candidate: Candidate) =>
      [candidate, ...candidate.commits].reduce(
        (sum, { changeId }) => sum + probabilityOf(ranking, changeId),
        0,
      );
    expect(mass(likelier)).toBeGreaterThan(mass(other));
  });

  it("prefers the version on which the finding is seen", () => {
    const evidence: AttributionEvidence = {
      ...noEvidence,
      versions: [
        { version: "1.7", affected: 0, exposed: 900, lastSeenUnixMs: onset - 3 * hour },
        { version: "1.8", affected: 30, exposed: 300, lastSeenUnixMs: onset + hour },
      ],
    };
    const candidates = [
      deployment("old", { version: "1.7", startedAtUnixMs: onset - 4 * hour }),
      deployment("new", { version: "1.8" }),
    ];
    const plain = rankCandidates(incident(), candidates, noEvidence);
    const contrasted = rankCandidates(incident(), candidates, evidence);
    expect(probabilityOf(contrasted, "new")).toBeGreaterThan(probabilityOf(plain, "new"));
    expect(contrasted[0]?.reasons).toContain(
      "30 of 300 sessions on its version or later, 0 of 900 on earlier ones (+1.5)",
    );
  });

  it("prefers the deployment after which the tool was first called", () => {
    const at = (hoursBefore: number) => ({
      startedAtUnixMs: onset - hoursBefore * hour,
      completedAtUnixMs: onset - hoursBefore * hour,
    });
    const evidence = { ...noEvidence, toolFirstSeenUnixMs: onset - 19 * hour };
    const ranking = rankCandidates(
      incident(),
      [deployment("before", at(60)), deployment("opened", at(20)), deployment("after", at(2))],
      evidence,
    );
    expect(ranking[0]?.changeId).toBe("opened");
    expect(ranking[0]?.reasons).toContain(
      "the tool send_email was first called 60 min after it (+1.5)",
    );
  });

  it("prefers a changed file that the finding's code ran through", () => {
    const evidence = { ...noEvidence, codePaths: ["/app/src/cart/checkout.ts"] };
    const ranking = rankCandidates(
      incident({ type: "error_regression", tool: "" }),
      [
        deployment("d", {
          commits: [
            commit("other", { files: ["src/search.ts"] }),
            commit("hit", { files: ["src/cart/checkout.ts"] }),
          ],
        }),
      ],
      evidence,
    );
    expect(probabilityOf(ranking, "hit")).toBeGreaterThan(4 * probabilityOf(ranking, "other"));
  });

  it("does not weigh who wrote a change", () => {
    const rank = (byAgent: boolean) =>
      rankCandidates(
        incident(),
        [deployment("d", { commits: [commit("c", { byAgent }), commit("o")] })],
        noEvidence,
      ).map(({ changeId, probability }) => ({ changeId, probability }));
    expect(rank(true)).toEqual(rank(false));
  });
});

const anyContent = fc.record({
  changeId: fc.string({ minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom(...changeKinds),
  files: fc.array(
    fc.constantFrom("src/tools.ts", "a.md", "prompts/x.txt", "src/send/email.ts", "p.json", ""),
    { maxLength: 3 },
  ),
  message: fc.constantFrom("", "Add send email", "Fix 💥"),
  byAgent: fc.boolean(),
});
const anyCandidate: fc.Arbitrary<Candidate> = fc
  .record({
    content: anyContent,
    service: fc.constantFrom("shop", ""),
    version: fc.constantFrom("", "1", "2", "3"),
    hoursBefore: fc.integer({ min: -3, max: 400 }),
    rolloutHours: fc.option(fc.integer({ min: 0, max: 3 })),
    status: fc.constantFrom<Candidate["status"][]>(
      "",
      "started",
      "succeeded",
      "failed",
      "rolled_back",
    ),
    commits: fc.array(anyContent, { maxLength: 5 }),
  })
  .map(({ content, hoursBefore, rolloutHours, commits, ...rest }) => {
    const startedAtUnixMs = onset - hoursBefore * hour;
    return {
      ...content,
      ...rest,
      startedAtUnixMs,
      completedAtUnixMs: rolloutHours === null ? null : startedAtUnixMs + rolloutHours * hour,
      commits: [...new Map(commits.map((each) => [each.changeId, each])).values()],
    };
  });
const anyEvidence: fc.Arbitrary<AttributionEvidence> = fc.record({
  codePaths: fc.constantFrom([], ["/app/src/send/email.ts"]),
  versions: fc.uniqueArray(
    fc.record({
      version: fc.constantFrom("1", "2", "3"),
      affected: fc.nat(50),
      exposed: fc.nat(500),
      lastSeenUnixMs: fc.constant(onset),
    }),
    { selector: ({ version }) => version },
  ),
  toolFirstSeenUnixMs: fc.option(fc.integer({ min: onset - 300 * hour, max: onset })),
});

describe("rankCandidates, whatever it is given", () => {
  const anyCase = fc.record({
    type: fc.constantFrom(...findingTypes),
    candidates: fc.uniqueArray(anyCandidate, {
      maxLength: 12,
      selector: ({ changeId }) => changeId,
    }),
    evidence: anyEvidence,
  });

  it("sums to exactly 1, lists none of these, and nothing is negative", () => {
    fc.assert(
      fc.property(anyCase, ({ type, candidates, evidence }) => {
        const ranking = rankCandidates(incident({ type }), candidates, evidence);
        expect(ranking.reduce((sum, { probability }) => sum + probability, 0)).toBe(1);
        expect(ranking.filter(({ changeId }) => changeId === null)).toHaveLength(1);
        expect(ranking.every(({ probability }) => probability >= 0)).toBe(true);
        const listed = ranking.filter(({ changeId }) => changeId !== null);
        expect(listed.every(({ probability }) => probability >= 0.0099)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on the order of candidates, commits or versions", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), ({ type, candidates, evidence }, seed) => {
        const shuffle = <Item>(items: readonly Item[]) =>
          items
            .map((item, i) => ({ item, key: (seed * (i + 7) * 2_654_435_761) % 4_294_967_291 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const shuffled = shuffle(candidates).map((candidate) => ({
          ...candidate,
          commits: shuffle(candidate.commits),
        }));
        const other = { ...evidence, versions: shuffle(evidence.versions) };
        expect(rankCandidates(incident({ type }), shuffled, other)).toEqual(
          rankCandidates(incident({ type }), candidates, evidence),
        );
      }),
      { numRuns: 300 },
    );
  });
});
