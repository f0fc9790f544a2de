import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Commands } from "../../../core/commands/commands.ts";
import { openLmdbCommands } from "../../../core/commands/lmdb-commands.ts";
import { createLogger } from "../../../core/log.ts";
import { createLedger } from "../../../feedback/proposals/ledger.ts";
import {
  createProposalCommands,
  telltaleActor,
} from "../../../feedback/proposals/proposal-commands.ts";
import type {
  ProposalEventData,
  ProposalEventType,
} from "../../../feedback/proposals/proposal-event.ts";
import { proposalStream } from "../../../feedback/proposals/proposal-state.ts";
import { draftOf } from "../draft-of.ts";

const clock = { now: () => Date.parse("2026-11-20T10:00:00Z") };
const period = { from: "", to: "", findings: 0, exposure: 0 };
const verification = {
  state: "",
  before: period,
  after: period,
  evalue: 1,
  decidedAt: null,
  notes: [] as string[],
};

type Step = Exclude<ProposalEventType, "drafted">;

const dataOf = {
  edited: { reason: "r", body: "new body" },
  held: { reason: "waits", body: "held body" },
  filed: {
    forge: { kind: "local-git", url: "git:x", number: "1" },
    branch: "b",
    commit: "c",
    body: "filed body",
    changes: ["dep-1"] as string[],
  },
  redrafted: draftOf({
    fingerprint: "f2",
    findings: ["f2", "f1"],
    title: "Add another guardrail",
    control: "WebFetch(domain:b.example)",
  }),
  attached: { findings: [{ id: "f3", fingerprint: "fp3" }], backtest: null, body: "three" },
  approved: { reason: "fine" },
  rejected: { reason: "no" },
  superseded: { by: "x" },
  withdrawn: { reason: "gone" },
  merged: { revision: "a".repeat(40), how: "ancestor" },
  deployed: { changeId: "dep-2", revision: "a".repeat(40), timeUnixMs: 1, startedUnixMs: 1 },
  verifying: {},
  measured: { verification },
  effective: { verification },
  ineffective: { verification },
  harmful: { verification },
  inconclusive: { verification },
  regressed: { verification },
} satisfies { [Type in Step]: ProposalEventData<Type> };

const happyPath: readonly Step[] = ["filed", "approved", "merged", "deployed", "verifying"];

describe("the life of a proposal", () => {
  let dir: string;
  let log: Commands & { close(): Promise<void> };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "telltale-commands-"));
    log = openLmdbCommands({ dir });
  });

  afterAll(async () => {
    await log.close();
    rmSync(dir, { recursive: true, force: true });
  });

  let next = 0;

  /** Starts a proposal and takes it through the given steps. */
  async function proposalAfter(...steps: readonly Step[]) {
    const id = `p${next++}`;
    const commands = createProposalCommands(log, clock);
    await commands.draft("default", id, draftOf({ requestedBy: "local:ada" }));
    const take = (type: Step, actor: string = telltaleActor) =>
      commands.append("default", id, { type, actor, data: dataOf[type] });
    for (const step of steps) {
      await take(step, step === "approved" ? "local:bob" : telltaleActor);
    }
    const current = async () => {
      const ledger = createLedger(log, createLogger("silent"));
      await ledger.catchUp();
      return ledger.proposal(proposalStream("default", id));
    };
    return { id, take, current, commands };
  }

  it.each([
    { steps: [], state: "drafted" },
    { steps: ["filed"], state: "filed" },
    { steps: ["filed", "approved"], state: "approved" },
    { steps: ["filed", "merged"], state: "merged" },
    { steps: happyPath, state: "verifying" },
    { steps: [...happyPath, "measured", "effective"], state: "effective" },
    { steps: [...happyPath, "effective", "regressed"], state: "regressed" },
    { steps: [...happyPath, "inconclusive"], state: "inconclusive" },
    { steps: ["rejected"], state: "rejected" },
    { steps: ["filed", "approved", "withdrawn"], state: "withdrawn" },
  ] as { steps: Step[]; state: string }[])("is $state after $steps", async ({ steps, state }) => {
    const { current } = await proposalAfter(...steps);
    expect((await current())?.proposal.state).toBe(state);
  });

  it.each([
    { steps: [], refused: "approved" },
    { steps: [], refused: "merged" },
    { steps: ["filed"], refused: "redrafted" },
    { steps: ["filed", "approved"], refused: "attached" },
    { steps: ["filed", "approved"], refused: "approved" },
    { steps: ["filed", "approved", "merged"], refused: "rejected" },
    { steps: ["rejected"], refused: "filed" },
    { steps: ["rejected"], refused: "rejected" },
    { steps: ["filed", "merged"], refused: "effective" },
    { steps: [...happyPath, "harmful"], refused: "regressed" },
    { steps: ["filed", "approved"], refused: "edited" },
  ] as { steps: Step[]; refused: Step }[])(
    "answers 409 to $refused after $steps",
    async ({ steps, refused }) => {
      const { take, current } = await proposalAfter(...steps);
      const before = await current();
      await expect(take(refused, "local:bob")).rejects.toMatchObject({
        code: "PROPOSAL_WRONG_STATE",
        httpStatus: 409,
      });
      expect(await current()).toEqual(before);
    },
  );

  it.each(["local:ada", telltaleActor, "local:eve"])(
    "answers 403 when %s, who drafted, requested or edited it, approves",
    async (actor) => {
      const { take } = await proposalAfter("filed");
      await take("edited", "local:eve");
      await expect(take("approved", actor)).rejects.toMatchObject({
        code: "APPROVER_IS_PROPOSER",
        httpStatus: 403,
      });
    },
  );

  it("asks for a reason and for an existing proposal", async () => {
    const { commands, id } = await proposalAfter("filed");
    const approve = (proposal: string, reason: string) =>
      commands.append("default", proposal, {
        type: "approved",
        actor: "local:bob",
        data: { reason },
      });
    await expect(approve(id, " ")).rejects.toMatchObject({ httpStatus: 400 });
    await expect(approve("none", "why")).rejects.toMatchObject({ httpStatus: 404 });
    await expect(
      commands.append("other", id, { type: "approved", actor: "local:bob", data: { reason: "x" } }),
    ).rejects.toMatchObject({ httpStatus: 404 });
  });

  it("lets one of two deciders win", async () => {
    const { take, current } = await proposalAfter("filed");
    const results = await Promise.allSettled([
      take("approved", "local:bob"),
      take("approved", "local:cleo"),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await current())?.proposal.state).toBe("approved");
  });

  it("starts once", async () => {
    const { id, commands } = await proposalAfter();
    expect(await commands.draft("default", id, draftOf())).toBeUndefined();
  });

  it("ignores events that it does not know, and goes on after them", async () => {
    const { id, take, current } = await proposalAfter("filed");
    const stream = proposalStream("default", id);
    await log.append(stream, 2, { type: "from_the_future", actor: "x", timeUnixMs: 1, data: {} });
    await take("approved", "local:bob");
    expect((await current())?.proposal.state).toBe("approved");
  });

  it("answers more findings with the same edit, also once it is filed", async () => {
    const { take, current } = await proposalAfter("filed", "attached");
    await take("attached");
    expect(await current()).toMatchObject({
      fingerprint: draftOf().fingerprint,
      fingerprints: [draftOf().fingerprint, "fp3"],
      proposal: { state: "filed", findings: ["f1", "f3"], body: "three" },
    });
  });

  it("takes another edit while it is a draft, and remembers what it once answered", async () => {
    const { take, current, id } = await proposalAfter("attached");
    await take("redrafted");
    expect(await current()).toMatchObject({
      fingerprint: "f2",
      fingerprints: [draftOf().fingerprint, "fp3", "f2"],
      control: "WebFetch(domain:b.example)",
      contributors: [telltaleActor, "local:ada"],
      proposal: { id, state: "drafted", title: "Add another guardrail", findings: ["f2", "f1"] },
    });
  });

  it("carries the text of the newest step", async () => {
    const { take, current } = await proposalAfter("held");
    expect((await current())?.proposal.body).toBe("held body");
    expect((await current())?.hold).toBe("waits");
    await take("filed");
    expect(await current()).toMatchObject({
      hold: "",
      branch: "b",
      proposal: { body: "filed body", changes: ["dep-1"], forge: { url: "git:x" } },
    });
  });
});
