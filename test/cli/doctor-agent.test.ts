import { codingAgentIds } from "../../core/model/agent-event.ts";
import { claudeConversation } from "../helpers/agents/claude-code.ts";
import { storeAgentRecords } from "../helpers/agents/store-agent-records.ts";
import { runCli } from "../helpers/run-cli.ts";
import { keySetting, openTestApi, type TestApi } from "../helpers/test-api.ts";

interface Answer {
  readonly otlpHttp: string;
  readonly needsKey: boolean;
  readonly running: boolean;
  readonly arrived: { any: boolean; lastSeen: string | null } | null;
  readonly problem: string;
  readonly steps: readonly { where: string; lines: readonly string[] }[];
  readonly switches: readonly { setting: string; discloses: string }[];
}

const nobody = "http://127.0.0.1:9";

async function ask(agent: string, env: NodeJS.ProcessEnv): Promise<Answer> {
  const { code, stdout } = await runCli(["doctor", "--agent", agent, "--json"], { env });
  expect(code).toBe(0);
  return JSON.parse(stdout) as Answer;
}

function linesOf({ steps }: Answer): string {
  return steps.flatMap(({ lines }) => lines).join("\n");
}

describe("without a running service", () => {
  it.each(codingAgentIds)(
    "says what to set for %s, and that nobody can be asked",
    async (agent) => {
      const answer = await ask(agent, {
        TELLTALE_API_URL: nobody,
        TELLTALE_OTLP_HTTP_PORT: "14318",
      });
      expect(answer).toMatchObject({ running: false, arrived: null, needsKey: false });
      expect(answer.problem).toContain("npx telltale up");
      expect(linesOf(answer)).toContain("http://127.0.0.1:14318");
    },
  );

  it("says it in words", async () => {
    const { code, stdout } = await runCli(["doctor", "--agent", "claude-code"], {
      env: { TELLTALE_API_URL: nobody },
    });
    expect(code).toBe(0);
    expect(stdout).toContain("export CLAUDE_CODE_ENABLE_TELEMETRY=1");
    expect(stdout).toContain("OTEL_LOG_USER_PROMPTS=1\n      sends the words of prompts");
    expect(stdout).not.toContain("OTEL_EXPORTER_OTLP_HEADERS");
  });

  it("refuses an agent it does not know", async () => {
    const { code, stderr } = await runCli(["doctor", "--agent", "hal"]);
    expect([code, stderr.includes("claude-code")]).toEqual([2, true]);
  });
});

describe("with a running service that asks for keys", () => {
  let api: TestApi;
  let url = "";

  beforeAll(async () => {
    api = await openTestApi({
      settings: { auth: { apiKeys: [keySetting("reader", "acme", ["read"])] } },
    });
    url = await api.server.listen({ host: "127.0.0.1", port: 0 });
    const conversation = claudeConversation("a".repeat(40), "hello");
    await storeAgentRecords(api.store.writes, conversation, { tenant: "acme" });
  });

  afterAll(async () => {
    await api.close();
  });

  it("takes the address from it and says when data last arrived", async () => {
    const env = { TELLTALE_API_URL: url, TELLTALE_API_KEY: "reader" };
    const answer = await ask("claude-code", env);
    expect(answer).toMatchObject({
      running: true,
      needsKey: true,
      otlpHttp: "http://127.0.0.1:4318",
      arrived: { any: true, lastSeen: "2026-11-20T08:00:08.000Z" },
    });
    expect(linesOf(answer)).toContain("Authorization=Bearer YOUR_INGEST_KEY");
    expect((await ask("codex", env)).arrived).toEqual({ any: false, lastSeen: null });
  });

  it("says what is missing to ask", async () => {
    const answer = await ask("claude-code", { TELLTALE_API_URL: url });
    expect(answer).toMatchObject({ running: true, needsKey: true, arrived: null });
    expect(answer.problem).toContain("401");
  });
});
