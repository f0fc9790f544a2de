import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess } from "../../../bench/service-process.ts";
import { createRepository, type DemoRepository } from "../../../cli/demo/repository.ts";
import { sendChanges, sendSpans } from "../../../cli/demo/sender.ts";
import { createStory, type Story } from "../../../cli/demo/story.ts";
import { storyChanges } from "../../../cli/demo/story-changes.ts";
import { traffic } from "../../../cli/demo/traffic.ts";
import type { Finding } from "../../../core/model/finding.ts";
import type { Proposal } from "../../../core/model/proposal.ts";
import { startFleet } from "../../helpers/fleet.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import { accountingOf } from "../../helpers/witness.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-same-"));
const fleet = await startFleet();
afterAll(async () => {
  await fleet?.close();
  rmSync(dir, { recursive: true, force: true });
});
const withFleet = fleet === null ? describe.skip : describe;

const nowUnixMs = Date.now();

interface Stage {
  readonly story: Story;
  readonly repository: DemoRepository;
  readonly env: NodeJS.ProcessEnv;
}

/** The same story, told to a service of its own. */
async function newStage(name: string): Promise<Stage> {
  const story = createStory(1, nowUnixMs);
  const repository = await createRepository(join(dir, name), story);
  const { service, repositoryUrl: url } = story;
  const repositories = [{ id: service, path: repository.dir, url, services: [service] }];
  return {
    story,
    repository,
    env: {
      TELLTALE_ANALYZER_TRACE_QUIET_SECONDS: "2",
      TELLTALE_ANALYZER_STREAM_IDLE_SECONDS: "2",
      TELLTALE_FEEDBACK_FILE_BACKFILLED: "true",
      TELLTALE_FEEDBACK_REPOSITORIES: JSON.stringify(repositories),
    },
  };
}

async function tell({ story, repository }: Stage, otlpHttp: readonly string[]): Promise<number> {
  const [first = ""] = otlpHttp;
  await sendChanges(first, await storyChanges(story, repository));
  let sent = 0;
  let turn = 0;
  // By the day, each at another door.
  const dayMs = 86_400_000;
  for (let from = story.startsAt; from < story.fixDeployAt; from += dayMs) {
    const to = Math.min(from + dayMs, story.fixDeployAt);
    sent += await sendSpans(otlpHttp[turn % otlpHttp.length] ?? first, traffic(story, from, to));
    turn += 1;
  }
  return sent;
}

async function listOf<Item>(api: string, what: string): Promise<Item[]> {
  const response = await fetch(`${api}/api/v1/${what}?limit=200`);
  const { items } = (await response.json()) as { items: Item[] };
  return items;
}

/** What both must agree on: everything but when and where it was worked out. */
async function answersOf(api: string): Promise<unknown> {
  const findings = await listOf<Finding>(api, "findings");
  const proposals = await listOf<Proposal>(api, "proposals");
  return {
    findings: findings
      .map((finding) => ({ ...finding, attributedAt: null }))
      .toSorted((a, b) => a.id.localeCompare(b.id)),
    proposals: proposals
      .map(({ id, surface, target, title, patch, findings: of, changes, state, backtest }) => {
        return { id, surface, target: target.path, title, patch, of, changes, state, backtest };
      })
      .toSorted((a, b) => a.id.localeCompare(b.id)),
  };
}

/** Answers that have stood still: everything is stored, and two proposals are filed. */
async function settledAnswers(api: string, sent: number): Promise<unknown> {
  await waitUntil("every span to be stored", async () => {
    const row = await accountingOf({ api });
    return row !== null && row.stored === sent;
  });
  await waitUntil("both proposals to be filed", async () => {
    const proposals = await listOf<Proposal>(api, "proposals");
    return proposals.filter(({ state }) => state === "filed").length >= 2;
  });
  // A finding with new evidence is attributed again a minute later.
  let before = "";
  let since = 0;
  await waitUntil(
    "the answers to stand still",
    async () => {
      const now = JSON.stringify(await answersOf(api));
      since = now === before ? since : performance.now();
      before = now;
      return performance.now() - since > 65_000;
    },
    200_000,
  );
  return await answersOf(api);
}

withFleet("several processes", () => {
  it("give the answers of one, and one success of two approvals", async () => {
    const alone = await newStage("alone");
    const service = await startTelltaleProcess(join(dir, "data"), alone.env);
    const expecting = tell(alone, [service.otlpHttp]).then((sent) =>
      settledAnswers(service.api, sent),
    );

    const together = await newStage("together");
    const running = fleet as NonNullable<typeof fleet>;
    const collectors = [await running.add("collector"), await running.add("collector")];
    await running.add("analyzer", together.env);
    await running.add("analyzer", together.env);
    const people = await running.add("feedback", together.env);
    const others = await running.add("feedback", together.env);
    const doors = collectors.map((member) => member.process().otlpHttp);
    const { api } = people.process();
    const answers = await settledAnswers(api, await tell(together, doors));
    const expected = await expecting;
    expect(await service.stop()).toBe(0);
    expect(answers).toEqual(expected);

    const filed = (await listOf<Proposal>(api, "proposals")).filter(
      ({ state }) => state === "filed",
    );
    for (const { id } of filed) {
      const both = [api, others.process().api].map((address) => approve(address, id));
      expect((await Promise.all(both)).toSorted((left, right) => left - right)).toEqual([200, 409]);
    }
    const seen = await listOf<Proposal>(others.process().api, "proposals");
    expect(seen.filter(({ state }) => state === "filed")).toEqual([]);
  });
});

async function approve(api: string, id: string): Promise<number> {
  const { status } = await fetch(`${api}/api/v1/proposals/${id}/approve`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reason: "The back-test blocks nothing honest." }),
  });
  return status;
}
