import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAudit } from "../../core/audit/open-audit.ts";
import { openLmdbCommands } from "../../core/commands/lmdb-commands.ts";
import { Config } from "../../core/config/config.ts";
import { createLogger } from "../../core/log.ts";
import type { Proposal, Surface } from "../../core/model/proposal.ts";
import type { OpenedStore } from "../../core/store/open-store.ts";
import { createFeedback } from "../../feedback/feedback.ts";
import { createGitRepository, type GitRepository } from "../helpers/git-repository.ts";
import { openMemoryStore } from "../helpers/memory-store.ts";
import {
  hourMs,
  insertDeployment,
  insertFinding,
  insertHeartbeats,
  insertTraffic,
  service,
} from "./loop-data.ts";

const onset = Date.parse("2026-11-01T00:00:00Z");
const fixed = Date.parse("2026-11-15T10:00:00Z");
const verified = Date.parse("2026-11-18T10:00:00Z");
const settings = ".claude/settings.json";

/** One story, told step by step: each test goes on where the one before it stopped. */
describe("the feedback loop", () => {
  let nowMs = Date.parse("2026-11-20T10:00:00Z");
  const clock = { now: () => nowMs };
  const logger = createLogger("silent");
  let dir: string;
  let store: OpenedStore;
  let commands: ReturnType<typeof openLmdbCommands>;
  let audit: ReturnType<typeof openAudit>;
  let work: GitRepository;
  let loop: ReturnType<typeof createFeedback>;

  function open(changes: object = {}) {
    const repositories = [{ id: "shop", path: work.dir, services: [service] }];
    const config = Config.parse({ feedback: { repositories, ...changes } }).feedback;
    return createFeedback({ store, commands, audit, config, clock, logger });
  }

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "telltale-feedback-"));
    store = await openMemoryStore();
    commands = openLmdbCommands({ dir: join(dir, "commands") });
    audit = openAudit({ dir: join(dir, "audit"), clock });
    work = createGitRepository();
    work.commit({
      message: "Start",
      time: "2026-10-30T00:00:00Z",
      files: { [settings]: `{"permissions": {"allow": ["Bash(ls)"]}}\n`, "CLAUDE.md": "# Shop\n" },
    });
    const traffic = { receivedUnixMs: onset, badEveryHours: 4 };
    await insertTraffic(store.writes, { ...traffic, fromUnixMs: onset, toUnixMs: fixed });
    await insertHeartbeats(store.writes, onset, fixed);
    await insertFinding(store.writes, {
      FirstSeen: new Date(onset).toISOString(),
      LastSeen: new Date(fixed - hourMs).toISOString(),
      Onset: new Date(onset).toISOString(),
      OnsetTo: new Date(onset).toISOString(),
      FirstReceivedAt: new Date(onset).toISOString(),
    });
    loop = open({ enabled: false });
  });

  afterAll(async () => {
    await loop.stop();
    await audit.close();
    await commands.close();
    await store.close();
    work.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  async function stored(surface: Surface): Promise<Proposal> {
    const rows = await store.reads.query<{ Document: string }>(
      "SELECT Document FROM proposals FINAL WHERE Surface = {surface:String}",
      { surface },
    );
    expect(rows).toHaveLength(1);
    return JSON.parse(rows[0]?.Document ?? "") as Proposal;
  }

  it("drafts, back-tests and shows, but files nothing while it is switched off", async () => {
    await loop.tick();
    const guardrail = await stored("guardrail");
    expect(guardrail).toMatchObject({
      state: "drafted",
      enforcement: "enforced",
      forge: null,
      target: { repository: "shop", path: settings, format: "claude-settings" },
      changes: ["a".repeat(40)],
      backtest: { flaggedCaught: 84, flaggedTotal: 84, benignBlocked: 0 },
    });
    expect(guardrail.backtest?.benignTotal).toBeGreaterThan(1000);
    expect(guardrail.patch).toContain(`"deny": ["WebFetch(domain:evil.example)"]`);
    expect(guardrail.patch).toContain("+++ b/CLAUDE.md");
    expect(guardrail.body).toContain("**Not filed.** Filing is switched off.");
    expect((await stored("threat_model")).patch).toContain("+++ b/threat-model/otm.yaml");
    expect(work.git(["branch", "--list", "telltale/*"])).toBe("");
  });

  it("files both once it is switched on, and no telemetry text reaches the files", async () => {
    loop = open();
    await loop.tick();
    const guardrail = await stored("guardrail");
    expect(guardrail).toMatchObject({ state: "filed", forge: { kind: "local-git" } });
    expect((await stored("threat_model")).state).toBe("filed");
    const [branch = ""] = work.git(["branch", "--list", "telltale/*guardrail"]).split("\n");
    const diff = work.git(["diff", `main..${branch.trim()}`]);
    expect(diff).toContain("telltale:begin guardrails");
    expect(diff).not.toMatch(/Ignore previous|ghp_/);
    const page = work.git(["show", `telltale/proposals:${guardrail.id}.md`]);
    expect(page).not.toContain("Not filed");
    expect(page).toContain("ghp_****1a2b");
  });

  it("files nothing twice when it starts again", async () => {
    const refs = work.git(["for-each-ref"]);
    const rows = await store.reads.query("SELECT Id, Revision FROM proposals ORDER BY Revision");
    loop = open();
    await loop.tick();
    await loop.tick();
    expect(work.git(["for-each-ref"])).toBe(refs);
    expect(await store.reads.query("SELECT Id, Revision FROM proposals ORDER BY Revision")).toEqual(
      rows,
    );
  });

  it("takes an approval from a person only, once, with a reason", async () => {
    const { id } = await stored("guardrail");
    await expect(loop.approve("default", id, "telltale", "x")).rejects.toMatchObject({
      httpStatus: 403,
    });
    await expect(loop.approve("default", id, "local:ada", "")).rejects.toMatchObject({
      httpStatus: 400,
    });
    const approved = await loop.approve("default", id, "local:ada", "looks right");
    expect(approved.state).toBe("approved");
    expect((await stored("guardrail")).state).toBe("approved");
    await expect(loop.approve("default", id, "local:bob", "x")).rejects.toMatchObject({
      httpStatus: 409,
    });
    expect(work.git(["log", "-1", "--format=%s", "main"])).toBe("Start");
  });

  it("notices the merge, and takes a deleted branch for a no that it remembers", async () => {
    const branches = work
      .git(["branch", "--list", "--format=%(refname:short)", "telltale/0*"])
      .split("\n");
    const guardrail = branches.find((name) => name.endsWith("guardrail")) ?? "";
    const threatModel = branches.find((name) => name.endsWith("threat-model")) ?? "";
    work.git(["merge", "--quiet", "--no-ff", "--no-edit", guardrail]);
    work.git(["branch", "-D", threatModel]);
    await loop.tick();
    expect((await stored("guardrail")).state).toBe("merged");
    expect((await stored("threat_model")).state).toBe("rejected");
    await loop.tick();
    expect((await stored("threat_model")).state).toBe("rejected");
  });

  it("waits for a deployment that contains the merge", async () => {
    const old = work.git(["rev-list", "--max-parents=0", "main"]);
    await insertDeployment(store.writes, {
      id: "dep-old",
      revision: old,
      timeUnixMs: fixed - hourMs,
    });
    await insertDeployment(store.writes, {
      id: "dep-x",
      revision: "f".repeat(40),
      timeUnixMs: fixed,
    });
    await loop.tick();
    expect((await stored("guardrail")).state).toBe("merged");
    const revision = work.git(["rev-parse", "main"]);
    await insertDeployment(store.writes, { id: "dep-fix", revision, timeUnixMs: fixed });
    await loop.tick();
    expect((await stored("guardrail")).state).toBe("verifying");
  });

  it("waits for hours that are still arriving", async () => {
    await insertTraffic(store.writes, {
      fromUnixMs: fixed,
      toUnixMs: verified,
      receivedUnixMs: nowMs,
      badEveryHours: 0,
    });
    nowMs += 11_000;
    await loop.tick();
    expect(await stored("guardrail")).toMatchObject({ state: "verifying", verification: null });
  });

  it("says nothing while the detector's heartbeat is missing", async () => {
    await insertHeartbeats(store.writes, fixed, verified - 5 * hourMs);
    nowMs += 11_000;
    await loop.tick();
    const { state, verification } = await stored("guardrail");
    expect(state).toBe("verifying");
    expect(verification?.notes[0]).toBe("Detector data-exfiltration has no heartbeat in 4 hours.");
  });

  it("calls it effective when findings stopped and the detector is alive", async () => {
    await insertHeartbeats(store.writes, fixed, verified);
    nowMs += 11_000;
    await loop.tick();
    const { state, verification } = await stored("guardrail");
    expect(state).toBe("effective");
    expect(verification).toMatchObject({ state: "effective", after: { findings: 0 } });
    expect(verification?.before.findings).toBeGreaterThan(15);
    expect(verification?.evalue).toBeGreaterThan(20);
  });

  it("notices when the fix wears off", async () => {
    await insertTraffic(store.writes, {
      fromUnixMs: verified,
      toUnixMs: verified + 40 * hourMs,
      receivedUnixMs: nowMs - hourMs,
      badEveryHours: 1,
    });
    nowMs += 601_000;
    await loop.tick();
    expect((await stored("guardrail")).state).toBe("regressed");
  });

  it("has written every step into an audit trail that holds", async () => {
    const { items } = await audit.list({ limit: 100, cursor: null });
    expect(items.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        "proposal.drafted",
        "proposal.filed",
        "proposal.approved",
        "proposal.merged",
        "proposal.rejected",
        "proposal.deployed",
        "proposal.verifying",
        "proposal.effective",
        "proposal.regressed",
      ]),
    );
    expect((await audit.verify()).ok).toBe(true);
  });

  it("projects the whole log again into the same documents", async () => {
    const before = await stored("guardrail");
    await store.writes.command("TRUNCATE TABLE proposals");
    const again = open({ enabled: false });
    await again.tick();
    expect(await stored("guardrail")).toEqual(before);
    await again.stop();
  });
});
