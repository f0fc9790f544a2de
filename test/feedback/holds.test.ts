import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLmdbCommands } from "../../core/commands/lmdb-commands.ts";
import { Config } from "../../core/config/config.ts";
import { createLogger } from "../../core/log.ts";
import type { Proposal } from "../../core/model/proposal.ts";
import type { OpenedStore } from "../../core/store/open-store.ts";
import { createFeedback, type FeedbackDependencies } from "../../feedback/feedback.ts";
import { createLocalGit } from "../../feedback/forge/local-git.ts";
import { createGitRepository, type GitRepository } from "../helpers/git-repository.ts";
import { openMemoryStore } from "../helpers/memory-store.ts";
import { insertFinding, insertTraffic, service } from "./loop-data.ts";

const from = Date.parse("2026-11-01T00:00:00Z");
const to = Date.parse("2026-11-03T00:00:00Z");
const settings = ".claude/settings.json";
const iso = (unixMs: number) => new Date(unixMs).toISOString();

describe("what is drafted and not filed", () => {
  const clock = { now: () => Date.parse("2026-11-04T00:00:00Z") };
  let store: OpenedStore;
  let dir: string;
  let work: GitRepository;
  let commands: ReturnType<typeof openLmdbCommands>;

  beforeAll(async () => {
    store = await openMemoryStore();
    const traffic = { fromUnixMs: from, toUnixMs: to, receivedUnixMs: to, badEveryHours: 4 };
    await insertTraffic(store.writes, traffic);
  });

  afterAll(async () => {
    await store.close();
  });

  beforeEach(async () => {
    await store.writes.command("TRUNCATE TABLE proposals");
    await store.writes.command("TRUNCATE TABLE findings");
    dir = mkdtempSync(join(tmpdir(), "telltale-holds-"));
    commands = openLmdbCommands({ dir });
    work = createGitRepository();
  });

  afterEach(async () => {
    await commands.close();
    work.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  async function finding(columns: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const seen = { FirstSeen: iso(from), Onset: iso(from), OnsetTo: iso(from), LastSeen: iso(to) };
    await insertFinding(store.writes, { ...seen, FirstReceivedAt: iso(to), ...columns });
  }

  function start(files: Readonly<Record<string, string>> = { "a.txt": "a" }): void {
    work.commit({ message: "Start", time: "2026-10-30T00:00:00Z", files });
  }

  function open(config: object = {}, others: Partial<FeedbackDependencies> = {}) {
    const repositories = [{ id: "shop", path: work.dir, services: [service] }];
    return createFeedback({
      store,
      commands,
      audit: { append: () => Promise.resolve() },
      config: Config.parse({ feedback: { repositories, ...config } }).feedback,
      clock,
      logger: createLogger("silent"),
      ...others,
    });
  }

  async function proposals(): Promise<Proposal[]> {
    const rows = await store.reads.query<{ Document: string }>(
      "SELECT Document FROM proposals FINAL ORDER BY Surface, CreatedAt, Id",
    );
    return rows.map(({ Document }) => JSON.parse(Document) as Proposal);
  }

  const guardrail = async () => (await proposals()).find(({ surface }) => surface === "guardrail");

  it("drafts against an empty file without a repository, and redrafts once there is one", async () => {
    start();
    await finding();
    await open({ repositories: [] }).tick();
    expect(await guardrail()).toMatchObject({
      state: "drafted",
      forge: null,
      target: { repository: "", path: settings },
    });
    expect((await guardrail())?.patch).toContain("--- /dev/null");
    const loop = open();
    await loop.tick();
    await loop.tick();
    const states = (await proposals()).map(({ surface, state }) => `${surface} ${state}`);
    expect(states.toSorted()).toEqual(["guardrail filed", "threat_model filed"]);
    expect(await guardrail()).toMatchObject({ target: { repository: "shop" } });
  });

  it.each([
    {
      name: "a backfilled finding",
      columns: { Backfilled: 1 },
      config: {},
      says: "began more than 48 h before",
    },
    {
      name: "a finding that no change explains",
      columns: { Attribution: "[]" },
      config: {},
      says: "No change explains the finding well enough",
    },
    {
      name: "a service that no repository lists",
      columns: {},
      config: { repositories: [{ id: "other", path: "/nonexistent", services: ["else"] }] },
      says: "No repository is configured",
    },
  ])("holds $name and says why", async ({ columns, config, says }) => {
    start();
    await finding(columns);
    await open(config).tick();
    expect(await guardrail()).toMatchObject({ state: "drafted", forge: null });
    expect((await guardrail())?.body).toContain(says);
    expect(work.git(["branch", "--list", "telltale/*"])).toBe("");
  });

  it("files a backfilled finding when the operator says so", async () => {
    start();
    await finding({ Backfilled: 1 });
    await open({ fileBackfilled: true }).tick();
    expect((await guardrail())?.state).toBe("filed");
  });

  it("files a low-confidence draft once a late change explains it", async () => {
    start();
    await finding({ Attribution: "[]" });
    const loop = open();
    await loop.tick();
    await finding({ Revision: 2 });
    await loop.tick();
    expect(await guardrail()).toMatchObject({ state: "filed", changes: ["a".repeat(40)] });
  });

  it("makes the edit anew when the file has changed since the draft", async () => {
    start({ [settings]: `{"permissions": {"deny": ["A"]}}` });
    await finding({ Attribution: "[]" });
    const loop = open();
    await loop.tick();
    start({ [settings]: `{"permissions": {"deny": ["B"]}}` });
    await finding({ Revision: 2 });
    await loop.tick();
    await loop.tick();
    const guardrails = (await proposals()).filter(({ surface }) => surface === "guardrail");
    expect(guardrails.map(({ state }) => state)).toEqual(["filed"]);
    expect(guardrails[0]?.patch).toContain(
      `+{"permissions": {"deny": ["B", "WebFetch(domain:evil.example)"]}}`,
    );
  });

  it("drops a draft whose rule has come into the file another way", async () => {
    start({ [settings]: "{}" });
    await finding({ Attribution: "[]" });
    const loop = open();
    await loop.tick();
    const rules = { permissions: { deny: ["WebFetch"] } };
    start({ [settings]: JSON.stringify(rules) });
    await finding({ Revision: 2 });
    await loop.tick();
    await loop.tick();
    const guardrails = (await proposals()).filter(({ surface }) => surface === "guardrail");
    expect(guardrails.map(({ state }) => state)).toEqual(["superseded"]);
  });

  it("never edits a settings file that does not parse: the draft is text only", async () => {
    start({ [settings]: "{ not json" });
    await finding();
    await open().tick();
    expect(await guardrail()).toMatchObject({ state: "drafted", patch: "", forge: null });
    expect((await guardrail())?.body).toContain("not a JSON object that parses");
  });

  it("does not draft what is in place already", async () => {
    const rules = { permissions: { deny: ["WebFetch(domain:evil.example)"] } };
    start({ [settings]: JSON.stringify(rules) });
    await finding();
    await open().tick();
    expect(await guardrail()).toBeUndefined();
  });

  it("waits while as many proposals as allowed are undecided", async () => {
    start();
    await finding();
    await open({ maxOpenProposals: 1 }).tick();
    const all = await proposals();
    expect(all.map(({ state }) => state).toSorted()).toEqual(["drafted", "filed"]);
  });

  it.each([
    { name: "one session without critical success", columns: { Sessions: 1 } },
    { name: "a type without a surface", columns: { Type: "cost_anomaly" } },
    {
      name: "a finding that has only just come in",
      columns: { FirstReceivedAt: "2026-11-03 23:59:58" },
    },
  ])("drafts nothing for $name", async ({ columns }) => {
    start();
    await finding(columns);
    await open().tick();
    expect(await proposals()).toEqual([]);
  });

  it("withdraws a draft whose finding is called a false positive", async () => {
    start();
    await finding({ Attribution: "[]" });
    const loop = open();
    await loop.tick();
    const [findingId] = (await guardrail())?.findings ?? [];
    await commands.append(`finding/default/${findingId}`, 0, {
      type: "status",
      actor: "local:ada",
      timeUnixMs: clock.now(),
      data: { status: "false_positive", reason: "a test" },
    });
    await loop.tick();
    expect((await guardrail())?.state).toBe("withdrawn");
    expect((await proposals()).map(({ state }) => state)).toEqual(["withdrawn", "withdrawn"]);
    const rows = await store.reads.query("SELECT Status, Reason FROM finding_status FINAL");
    expect(rows).toEqual([{ Status: "false_positive", Reason: "a test" }]);
  });

  it("withdraws a filed proposal as well, and leaves its branch to people", async () => {
    start();
    await finding();
    const loop = open();
    await loop.tick();
    const [findingId] = (await guardrail())?.findings ?? [];
    await commands.append(`finding/default/${findingId}`, 0, {
      type: "status",
      actor: "local:ada",
      timeUnixMs: clock.now(),
      data: { status: "false_positive", reason: "a test" },
    });
    await loop.tick();
    expect((await guardrail())?.state).toBe("withdrawn");
    expect(work.git(["branch", "--list", "telltale/*guardrail"])).not.toBe("");
  });

  it("files once when it died between the branch and the ledger", async () => {
    start();
    await finding();
    const real = createLocalGit();
    const dying = {
      ...real,
      async file(...args: Parameters<typeof real.file>) {
        await real.file(...args);
        throw new Error("killed");
      },
    };
    await open({}, { forge: dying }).tick();
    expect((await guardrail())?.state).toBe("drafted");
    const tip = work.git([
      "for-each-ref",
      "--format=%(objectname)",
      "refs/heads/telltale/0*guardrail",
    ]);
    await open().tick();
    expect((await guardrail())?.state).toBe("filed");
    expect(
      work.git(["for-each-ref", "--format=%(objectname)", "refs/heads/telltale/0*guardrail"]),
    ).toBe(tip);
  });
});
