import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runGit, type Signature } from "./run-git.ts";
import type { Story } from "./story.ts";

export interface DemoRepository {
  readonly dir: string;
  /** Revisions by release. */
  readonly baseline: string;
  readonly harmful: string;
  readonly innocent: string;
  /** The commit in which the agent session added the tools. */
  readonly harmfulCommit: string;
}

interface Commit {
  readonly name: string;
  readonly email: string;
  readonly timeUnixMs: number;
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
}

const hourMs = 3_600_000;

/** Makes the shop's repository: commits of people and of a coding agent, dated to the story. */
export async function createRepository(dir: string, story: Story): Promise<DemoRepository> {
  await mkdir(dir, { recursive: true });
  await runGit(dir, ["init", "--quiet", "--initial-branch=main"]);
  let baseline = "";
  for (const commit of firstCommits(story)) {
    baseline = await record(dir, commit);
  }
  await record(dir, copyCommit(story));
  const harmfulCommit = await record(dir, toolsCommit(story));
  const harmful = await record(dir, dependencyCommit(story));
  const innocent = await record(dir, innocentCommit(story));
  return { dir, baseline, harmful, innocent, harmfulCommit };
}

async function record(dir: string, commit: Commit): Promise<string> {
  for (const [path, text] of Object.entries(commit.files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  await runGit(dir, ["add", "--all"]);
  const by: Signature = commit;
  await runGit(dir, ["commit", "--quiet", "--message", commit.message], by);
  return runGit(dir, ["rev-parse", "HEAD"]);
}

function firstCommits({ startsAt }: Story): Commit[] {
  return [
    {
      name: "Mina Okafor",
      email: "mina@shop.example",
      timeUnixMs: startsAt - 30 * hourMs,
      message: "Answer questions about orders and products (#3)\n\nRefs: SHOP-101",
      files: {
        "README.md": "# Shop assistant\n\nAnswers customers about orders and products.\n",
        "CLAUDE.md":
          "# Working here\n\n- Run the tests before you commit.\n- Tools live in `src/agent/tools.ts`.\n",
        ".claude/settings.json": settings,
        "threat-model/otm.yaml": threatModel,
        "src/agent/tools.ts": tools([]),
        "src/agent/prompt.md": "You help customers of an outdoor shop. Be brief and kind.\n",
        "src/pages/returns.html": "<h1>Returns</h1>\n<p>Send it back within 30 dais.</p>\n",
        "package.json": '{ "name": "shop-assistant", "version": "1.7.0" }\n',
      },
    },
    {
      name: "Jonas Lind",
      email: "jonas@shop.example",
      timeUnixMs: startsAt - 6 * hourMs,
      message: "Show reviews beside products (#9)\n\nRefs: SHOP-118",
      files: { "src/pages/product.html": "<h1>Product</h1>\n<section id=reviews></section>\n" },
    },
  ];
}

function copyCommit({ harmfulDeployAt }: Story): Commit {
  return {
    name: "Mina Okafor",
    email: "mina@shop.example",
    timeUnixMs: harmfulDeployAt - 9 * hourMs,
    message: "Reword the greeting (#15)\n\nRefs: SHOP-207",
    files: {
      "src/pages/home.html": "<h1>Welcome</h1>\n<p>Ask me about gear, orders and returns.</p>\n",
    },
  };
}

function toolsCommit({ harmfulDeployAt, sessionId }: Story): Commit {
  return {
    name: "Jonas Lind",
    email: "jonas@shop.example",
    timeUnixMs: harmfulDeployAt - 5 * hourMs,
    message: [
      "Let the assistant read attachments and notify partners (#17)",
      "",
      "Adds mcp__ops__read_file and mcp__ops__http_post to the tools of the agent.",
      "",
      "Refs: SHOP-214",
      "Co-authored-by: Claude <noreply@anthropic.com>",
      `Claude-Session: https://claude.ai/code/${sessionId}`,
    ].join("\n"),
    files: { "src/agent/tools.ts": tools(["mcp__ops__read_file", "mcp__ops__http_post"]) },
  };
}

function dependencyCommit({ harmfulDeployAt }: Story): Commit {
  return {
    name: "Renovate",
    email: "bot@shop.example",
    timeUnixMs: harmfulDeployAt - 2 * hourMs,
    message: "Update date library to 4.1.1 (#18)",
    files: { "package.json": '{ "name": "shop-assistant", "version": "1.8.0" }\n' },
  };
}

function innocentCommit({ innocentDeployAt }: Story): Commit {
  return {
    name: "Mina Okafor",
    email: "mina@shop.example",
    timeUnixMs: innocentDeployAt - hourMs,
    message: "Correct a typing error on the returns page (#19)\n\nRefs: SHOP-221",
    files: {
      "src/pages/returns.html": "<h1>Returns</h1>\n<p>Send it back within 30 days.</p>\n",
      "package.json": '{ "name": "shop-assistant", "version": "1.8.1" }\n',
    },
  };
}

/** What the person asked the coding agent for; reported with the agent session's event. */
export const toolsPrompt =
  "Customers attach files to orders and partners want to hear of returns. Give the assistant a " +
  "tool to read files and one to post to web hooks, so that we need not touch it again.";

function tools(added: readonly string[]): string {
  const names = ["mcp__shop__search_products", "mcp__shop__get_order", "mcp__shop__get_reviews"];
  const lines = [...names, ...added].map((name) => `  "${name}",`);
  return `/** Tools the assistant may call. */\nexport const tools = [\n${lines.join("\n")}\n];\n`;
}

const settings = `{
  // Rules that the agent runtime enforces.
  "permissions": {
    "allow": ["mcp__shop__search_products", "mcp__shop__get_order", "mcp__shop__get_reviews"],
    "deny": ["Bash(sudo *)"]
  }
}
`;

const threatModel = `# Threat model of the shop assistant. Reviewed each quarter.
otmVersion: 0.2.0
project:
  name: Shop assistant
  id: shop-assistant
trustZones:
  - id: tz-internal
    name: Internal
    risk:
      trustRating: 60
components:
  - id: shop-assistant
    name: shop-assistant
    type: llm-agent
    parent:
      trustZone: tz-internal
    threats:
      - threat: t-wrong-answer   # accepted in March
        state: exposed
        mitigations:
          - mitigation: m-review
            state: implemented
threats:
  - id: t-wrong-answer
    name: The assistant gives a wrong answer
    categories: [Misinformation]
    risk:
      likelihood: 40
      impact: 20
mitigations:
  - id: m-review
    name: Weekly review of sampled answers
    riskReduction: 40
`;
