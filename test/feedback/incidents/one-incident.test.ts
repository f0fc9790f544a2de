import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLmdbCommands } from "../../../core/commands/lmdb-commands.ts";
import { Config } from "../../../core/config/config.ts";
import { createLogger } from "../../../core/log.ts";
import type { Proposal } from "../../../core/model/proposal.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { createFeedback } from "../../../feedback/feedback.ts";
import { createGitRepository, type GitRepository } from "../../helpers/git-repository.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";
import { hourMs, service } from "../loop-data.ts";
import {
  exfiltration,
  type FindingPart,
  findingIdOf,
  fingerprintOf,
  incidentTo,
  injection,
  insertPart,
  insertSessions,
  secretRead,
  secretSent,
} from "./incident-data.ts";

const settings = ".claude/settings.json";
const everyPart = [secretRead, injection, secretSent, exfiltration];
const postRule = "WebFetch(domain:evil.example)";
const held = { Attribution: "[]" };

describe("an incident of several findings", () => {
  let nowMs = 0;
  const clock = { now: () => nowMs };
  let store: OpenedStore;
  let dir: string;
  let work: GitRepository;
  let commands: ReturnType<typeof openLmdbCommands>;
  let audited: string[];

  beforeAll(async () => {
    store = await openMemoryStore();
  });

  afterAll(() => store.close());

  beforeEach(async () => {
    nowMs = incidentTo + hourMs;
    audited = [];
    await store.writes.command("TRUNCATE TABLE proposals");
    await store.writes.command("TRUNCATE TABLE findings");
    await store.writes.command("TRUNCATE TABLE detections");
    await store.writes.command("TRUNCATE TABLE otel_traces");
    await insertSessions(store.writes, "bad", ["get_reviews", "read_file", "http_post"]);
    await insertSessions(store.writes, "good", ["get_reviews"]);
    dir = mkdtempSync(join(tmpdir(), "telltale-incident-"));
    commands = openLmdbCommands({ dir });
    work = createGitRepository();
    work.commit({ message: "Start", time: "2026-10-30T00:00:00Z", files: { [settings]: "{}" } });
  });

  afterEach(async () => {
    await commands.close();
    work.remove();
    rmSync(dir, { recursive: true, force: true });
  });

  function open() {
    const repositories = [{ id: "shop", path: work.dir, services: [service] }];
    return createFeedback({
      store,
      commands,
      audit: {
        append: ({ action }) => {
          audited.push(action);
          return Promise.resolve();
        },
      },
      config: Config.parse({ feedback: { repositories } }).feedback,
      clock,
      logger: createLogger("silent"),
    });
  }

  async function arrive(part: FindingPart, columns: object = {}, prefix = "bad"): Promise<void> {
    await insertPart(store.writes, prefix, part, { ...columns });
  }

  async function proposals(): Promise<Proposal[]> {
    const rows = await store.reads.query<{ Document: string }>(
      "SELECT Document FROM proposals FINAL ORDER BY Surface, CreatedAt, Id",
    );
    return rows.map(({ Document }) => JSON.parse(Document) as Proposal);
  }

  const shown = async () =>
    (await proposals()).map(({ surface, state }) => `${surface} ${state}`).toSorted();

  const guardrail = async () => (await proposals()).find(({ surface }) => surface === "guardrail");

  const both = ["guardrail filed", "threat_model filed"];
  const everyId = everyPart.map(({ name }) => findingIdOf(name)).toSorted();

  it("gets one guardrail and one threat-model proposal, led by the harm that was done", async () => {
    for (const part of everyPart) {
      await arrive(part);
    }
    const loop = open();
    await loop.tick();
    await loop.tick();
    expect(await shown()).toEqual(both);
    for (const { findings, title } of await proposals()) {
      expect(findings[0]).toBe(findingIdOf("exfiltration"));
      expect(findings.toSorted()).toEqual(everyId);
      expect(title).toContain("data exfiltration");
    }
    const proposal = await guardrail();
    expect(proposal?.patch).toContain(`"deny": ["${postRule}"]`);
    expect(proposal?.backtest).toMatchObject({ flaggedCaught: 48, flaggedTotal: 48 });
    expect(proposal?.body).toContain("## Part of the same incident");
    expect(proposal?.body).toContain("`prompt_injection.indirect` at tool `get_reviews`");
    expect(work.git(["branch", "--list", "telltale/*guardrail"])).toContain(
      fingerprintOf("exfiltration").slice(0, 12),
    );
  });

  it("waits for the backlog of each of its findings, so that the gravest leads", async () => {
    const backlog = { Backfilled: 1, FirstReceivedAt: new Date(nowMs).toISOString() };
    for (const part of everyPart) {
      await arrive(part, backlog);
    }
    const loop = open();
    nowMs += 6000;
    await loop.tick();
    // The others have come to rest by the end of the next wait, the gravest has not.
    await arrive(exfiltration, { ...backlog, Revision: 2 });
    nowMs += 8000;
    await loop.tick();
    nowMs += 8000;
    await loop.tick();
    expect(await shown()).toEqual([]);
    nowMs += 10_000;
    await loop.tick();
    expect(await shown()).toEqual(["guardrail drafted", "threat_model drafted"]);
    expect((await guardrail())?.findings[0]).toBe(findingIdOf("exfiltration"));
  });

  it("attaches what comes after the filing, in the log, the audit trail and the forge", async () => {
    await arrive(injection);
    const loop = open();
    await loop.tick();
    expect(await shown()).toEqual(both);
    const before = await guardrail();
    for (const part of everyPart) {
      await arrive(part, { Revision: 2 });
      await loop.tick();
    }
    expect(await shown()).toEqual(both);
    const after = await guardrail();
    expect(after).toMatchObject({ id: before?.id, patch: before?.patch, title: before?.title });
    expect(after?.findings[0]).toBe(findingIdOf("injection"));
    expect(after?.findings.toSorted()).toEqual(everyId);
    expect(audited.filter((action) => action === "proposal.attached")).toHaveLength(6);
    expect(work.git(["show", `telltale/proposals:${after?.id}.md`])).toContain(
      findingIdOf("exfiltration"),
    );
  });

  it.each([
    { name: "the least first", order: everyPart },
    { name: "the gravest first", order: everyPart.toReversed() },
  ])("ends the same before the filing, whatever comes first: $name", async ({ order }) => {
    const loop = open();
    for (const part of order) {
      await arrive(part, held);
      await loop.tick();
    }
    expect(await shown()).toEqual(["guardrail drafted", "threat_model drafted"]);
    const proposal = await guardrail();
    expect(proposal?.findings[0]).toBe(findingIdOf("exfiltration"));
    expect(proposal?.findings.toSorted()).toEqual(everyId);
    expect(proposal?.patch).toContain(postRule);
    expect(audited).not.toContain("proposal.superseded");
  });

  it("joins a finding apart to the proposal of the same rule and the same threat", async () => {
    await arrive(exfiltration);
    const loop = open();
    await loop.tick();
    await insertSessions(store.writes, "apart", ["http_post"]);
    const later = { ...exfiltration, name: "later" };
    await arrive(later, {}, "apart");
    await loop.tick();
    expect(await shown()).toEqual(both);
    for (const { findings } of await proposals()) {
      expect(findings).toEqual([findingIdOf("exfiltration"), findingIdOf("later")]);
    }
    expect((await guardrail())?.backtest).toMatchObject({ flaggedCaught: 96, flaggedTotal: 96 });
  });

  it("proposes no rule that a person has refused, also not for another finding", async () => {
    await arrive(exfiltration);
    const loop = open();
    await loop.tick();
    await loop.reject("default", (await guardrail())?.id ?? "", "local:ada", "we need that tool");
    await insertSessions(store.writes, "apart", ["http_post"]);
    await arrive({ ...secretSent, name: "later" }, {}, "apart");
    await loop.tick();
    expect(await shown()).toEqual([
      "guardrail rejected",
      "threat_model filed",
      "threat_model filed",
    ]);
  });

  it("gives a finding that is really apart its own proposals", async () => {
    await arrive(exfiltration);
    await insertSessions(store.writes, "file", ["read_file"]);
    await arrive(secretRead, {}, "file");
    await open().tick();
    expect(await proposals()).toHaveLength(4);
  });

  it("goes on with the rest when the finding that leads is called false", async () => {
    await arrive(exfiltration, held);
    await arrive(secretSent, held);
    const loop = open();
    await loop.tick();
    await commands.append(`finding/default/${findingIdOf("exfiltration")}`, 0, {
      type: "status",
      actor: "local:ada",
      timeUnixMs: nowMs,
      data: { status: "false_positive", reason: "a test" },
    });
    await loop.tick();
    expect(await shown()).toEqual(["guardrail drafted", "threat_model drafted"]);
    expect((await guardrail())?.findings).toEqual([findingIdOf("secret-sent")]);
  });
});
