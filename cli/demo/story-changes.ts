import { toNativeChange } from "../../collector/changes/to-native-change.ts";
import { readGitChanges } from "../../collector/git/read-git-changes.ts";
import { type DemoRepository, toolsPrompt } from "./repository.ts";
import type { Story } from "./story.ts";

/** What a pipeline would report of the story before its fix, in the native form. */
export async function storyChanges(story: Story, repository: DemoRepository): Promise<object[]> {
  const commits = await readGitChanges(repository.dir, {
    service: story.service,
    repositoryUrl: story.repositoryUrl,
  });
  return [
    ...commits.map(toNativeChange),
    {
      kind: "agent_session",
      id: story.sessionId,
      time: iso(story.harmfulDeployAt - 6 * 3_600_000),
      service: story.service,
      session: { agent: "claude-code", id: story.sessionId, model: "claude-opus-4-5" },
      prompt: toolsPrompt,
      intent: "SHOP-214",
    },
    deployment(story, {
      id: "deploy-1",
      version: "1.7.0",
      revision: repository.baseline,
      time: story.startsAt,
    }),
    deployment(story, {
      id: "deploy-2",
      version: "1.8.0",
      revision: repository.harmful,
      time: story.harmfulDeployAt,
    }),
    deployment(story, {
      id: "deploy-3",
      version: "1.8.1",
      revision: repository.innocent,
      time: story.innocentDeployAt,
    }),
  ];
}

export function iso(unixMs: number): string {
  return new Date(unixMs).toISOString().replace(".000Z", "Z");
}

export interface Release {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
  readonly time: number;
}

export function deployment(story: Story, { id, version, revision, time }: Release): object {
  return {
    kind: "deployment",
    id,
    time: iso(time),
    startedAt: iso(time - 120_000),
    completedAt: iso(time),
    status: "succeeded",
    service: story.service,
    environment: story.environment,
    version,
    revision,
    repository: story.repositoryUrl,
  };
}
