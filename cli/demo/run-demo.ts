import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Config } from "../../core/config/config.ts";
import { createLogger } from "../../core/log.ts";
import type { Finding } from "../../core/model/finding.ts";
import type { Proposal, ProposalState } from "../../core/model/proposal.ts";
import { startTelltale, type Telltale } from "../../main.ts";
import { type ApiClient, createApiClient } from "../api-client.ts";
import { printLine } from "../print.ts";
import { UserError } from "../user-error.ts";
import { createNarrator, type Narrator } from "./narrator.ts";
import { createRepository, type DemoRepository } from "./repository.ts";
import { runGit } from "./run-git.ts";
import { sendChanges, sendSpans } from "./sender.ts";
import { createStory, type Story } from "./story.ts";
import { deployment, iso, storyChanges } from "./story-changes.ts";
import { traffic } from "./traffic.ts";
import { waitFor } from "./wait-for.ts";

export interface DemoOptions {
  readonly seed: number;
  readonly exit: boolean;
}

interface Stage {
  readonly story: Story;
  readonly repository: DemoRepository;
  readonly telltale: Telltale;
  readonly otlpHttp: string;
  readonly api: ApiClient;
  readonly tell: Narrator;
}

/** Plays the story against a real service in this process; every step goes over HTTP or git. */
export async function runDemo({ seed, exit }: DemoOptions): Promise<void> {
  const story = createStory(seed, Date.now());
  const tell = createNarrator();
  const folder = await mkdtemp(join(tmpdir(), "telltale-demo-"));
  const repository = await createRepository(join(folder, "shop-assistant"), story);
  tell.step("A repository with commits of people and of a coding agent", [repository.dir]);
  const telltale = await start(join(folder, "data"), story, repository);
  const api = createApiClient({ TELLTALE_API_URL: telltale.ready.api });
  // The embedded service has every port.
  const otlpHttp = telltale.ready.otlpHttp ?? "";
  const stage: Stage = { story, repository, telltale, otlpHttp, api, tell };
  try {
    await playUntilFix(stage);
    const finding = await showFinding(stage);
    const proposals = await showProposals(stage, finding);
    await decideAndDeploy(stage, proposals);
    await showVerdict(stage, proposals);
  } catch (error) {
    await telltale.stop();
    throw error;
  }
  await leave(stage, exit);
}

async function start(dataDir: string, story: Story, repository: DemoRepository): Promise<Telltale> {
  const config = Config.parse({
    dataDir,
    keyFile: join(dataDir, "..", "queue.key"),
    logLevel: "warn",
    otlp: { httpPort: 0, grpcPort: 0 },
    api: { port: 0 },
    // Replayed time passes quickly; a stream that pauses for two seconds is done.
    analyzer: { traceQuietSeconds: 2, streamIdleSeconds: 2 },
    feedback: {
      // The story lies in the past, and the reader wants to see it to its end.
      fileBackfilled: true,
      repositories: [
        {
          id: story.service,
          path: repository.dir,
          url: story.repositoryUrl,
          services: [story.service],
        },
      ],
    },
  });
  return startTelltale({ config, logger: createLogger(config.logLevel), env: process.env });
}

async function playUntilFix({ story, repository, otlpHttp, tell }: Stage): Promise<void> {
  const changes = await storyChanges(story, repository);
  await sendChanges(otlpHttp, changes);
  tell.step(`${changes.length} changes are reported: commits, an agent session, 3 deployments`, [
    `${iso(story.harmfulDeployAt)}  1.8.0  carries the over-broad tools`,
    `${iso(story.innocentDeployAt)}  1.8.1  is innocent and closer to the attack`,
    `${iso(story.firstAttackAt)}         first customer who asks for the poisoned reviews`,
  ]);
  const startedAt = performance.now();
  const sent = await sendSpans(otlpHttp, traffic(story, story.startsAt, story.fixDeployAt));
  const seconds = (performance.now() - startedAt) / 1000;
  tell.step(`18 days of traffic: ${sent} spans over OTLP/HTTP in ${seconds.toFixed(1)} s`, []);
}

/** The successful exfiltration: the finding the story is about. */
async function showFinding({ api, story, repository, tell }: Stage): Promise<Finding> {
  const found = await waitFor("the exfiltration to be found and attributed", async () => {
    const page = await api.get<{ items: Finding[] }>(
      `/api/v1/findings?type=data_exfiltration&service=${story.service}`,
    );
    const finding = page.items.find((item) => item.attribution.length > 1);
    return finding && (await api.get<Finding>(`/api/v1/findings/${finding.id}`));
  });
  tell.finding(found);
  const lineage = await api.get<Parameters<Narrator["lineage"]>[0]>(
    `/api/v1/findings/${found.id}/lineage`,
  );
  tell.lineage(lineage);
  tell.attribution(found.attribution, repository.harmfulCommit);
  return found;
}

const surfacesOfTheStory = ["guardrail", "threat_model"] as const;

async function showProposals({ api, tell }: Stage, finding: Finding): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  for (const surface of surfacesOfTheStory) {
    const proposal = await waitFor(`the ${surface} proposal to be filed`, async () => {
      const page = await api.get<{ items: Proposal[] }>("/api/v1/proposals?limit=100");
      return page.items.find(
        (item) =>
          item.surface === surface && item.state === "filed" && item.findings.includes(finding.id),
      );
    });
    tell.proposal(proposal);
    proposals.push(proposal);
  }
  return proposals;
}

/** What people do: approve, merge in git, deploy. */
async function decideAndDeploy(stage: Stage, proposals: readonly Proposal[]): Promise<void> {
  const { api, repository, story, otlpHttp, tell } = stage;
  for (const proposal of proposals) {
    await api.post(`/api/v1/proposals/${proposal.id}/approve`, {
      reason: "The back-test shows that nothing honest is blocked.",
    });
    const branch = proposal.forge?.number ?? "";
    await runGit(
      repository.dir,
      ["merge", "--quiet", "--no-ff", "--message", `Merge ${branch}`, branch],
      { name: "Mina Okafor", email: "mina@shop.example", timeUnixMs: Date.now() },
    );
  }
  await Promise.all(
    proposals.map(({ id, surface }) => waitForState(api, id, surface, ["merged", "deployed"])),
  );
  const revision = await runGit(repository.dir, ["rev-parse", "HEAD"]);
  await sendChanges(otlpHttp, [
    deployment(story, {
      id: "deploy-4",
      version: "1.8.2",
      revision: revision,
      time: story.fixDeployAt,
    }),
  ]);
  tell.step("Approved over the API, merged in git by a person, deployed as 1.8.2", [
    `${iso(story.fixDeployAt)}  revision ${revision.slice(0, 12)}`,
  ]);
  const sent = await sendSpans(otlpHttp, traffic(story, story.fixDeployAt, story.endsAt));
  tell.step(`Three more days of traffic: ${sent} spans; the attack goes on`, []);
}

const verdicts: readonly ProposalState[] = ["effective", "ineffective", "harmful", "inconclusive"];

async function showVerdict({ api, tell }: Stage, proposals: readonly Proposal[]): Promise<void> {
  for (const { id, surface } of proposals.filter((item) => item.surface === "guardrail")) {
    tell.verdict(await waitForState(api, id, surface, verdicts));
  }
}

function waitForState(
  api: ApiClient,
  id: string,
  surface: string,
  states: readonly ProposalState[],
): Promise<Proposal> {
  return waitFor(`the ${surface} proposal to be ${states.join(" or ")}`, async () => {
    const proposal = await api.get<Proposal>(`/api/v1/proposals/${id}`);
    return states.includes(proposal.state) ? proposal : undefined;
  });
}

async function leave({ telltale, otlpHttp, tell }: Stage, exit: boolean): Promise<void> {
  tell.end({ otlpHttp, api: telltale.ready.api });
  if (!exit) {
    printLine("Telltale keeps running with this data. Stop with Ctrl-C.");
    const failure = await Promise.race([
      new Promise<null>((resolve) => {
        process.once("SIGINT", () => resolve(null));
        process.once("SIGTERM", () => resolve(null));
      }),
      telltale.failed,
    ]);
    if (failure !== null) {
      throw new UserError(failure.message);
    }
  }
  await telltale.stop();
}
