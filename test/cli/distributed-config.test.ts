import { runCli } from "../helpers/run-cli.ts";

const kafka = { TELLTALE_QUEUE_KAFKA_BROKERS: "127.0.0.1:9" };
const server = { TELLTALE_STORE_CLICKHOUSE_URL: "http://127.0.0.1:9" };

describe("half a fleet", () => {
  it.each([
    ["a queue without a store", kafka, "store.clickhouse.url"],
    ["a store without a queue", server, "queue.kafka.brokers"],
  ])("is refused: %s", async (_what, env, missing) => {
    for (const verb of [["up"], ["migrate"], ["backup", "somewhere"]]) {
      const { code, stderr } = await runCli(verb, { env });
      expect([code, stderr]).toEqual([2, expect.stringContaining(missing)]);
    }
  });
});

it.each([["backup"], ["restore"]])("%s says who keeps the data of a fleet", async (verb) => {
  const { code, stderr } = await runCli([verb, "somewhere"], { env: { ...kafka, ...server } });
  expect([code, stderr]).toEqual([1, expect.stringContaining("with their own tools")]);
});

it("a role needs what processes can share", async () => {
  const { code, stderr } = await runCli(["up", "--role", "analyzer"], {});
  expect([code, stderr]).toEqual([1, expect.stringContaining("queue.kafka.brokers")]);
});

it.each([[["migrate"]], [["migrate", "--dry-run"]]])(
  "%j says in words which service did not answer",
  async (verb) => {
    const { code, stderr } = await runCli(verb, { env: { ...kafka, ...server } });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("queue.kafka.brokers: 127.0.0.1:9"),
    ]);
    expect(stderr).toContain("ECONNREFUSED");
    expect(stderr).not.toContain("    at ");
  },
);
