import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInspector } from "../../../analyzer/inspect/inspector.ts";
import { createCircuitBreaker } from "../../../analyzer/outside/circuit-breaker.ts";
import { createOutsideDetectors } from "../../../analyzer/outside/outside-detectors.ts";
import type { OutsideRequest } from "../../../analyzer/outside/outside-message.ts";
import { Config } from "../../../core/config/config.ts";
import type { Detection } from "../../../core/model/finding.ts";
import { createFixedClock } from "../../helpers/fixed-clock.ts";
import { waitUntil } from "../../helpers/wait-until.ts";
import { outputSpan } from "./output-span.ts";

const token = "ghp_k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0B";

type Answer = (request: OutsideRequest) => { status?: number; body: string } | null;

let server: Server;
let answer: Answer;
let asked: OutsideRequest[];
let authorization: string | undefined;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      authorization = request.headers.authorization;
      const question = JSON.parse(Buffer.concat(parts).toString("utf8")) as OutsideRequest;
      asked.push(question);
      const said = answer(question);
      if (said !== null) {
        response.writeHead(said.status ?? 200, { location: "/elsewhere" }).end(said.body);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/detect`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  asked = [];
});

const toxic = { index: 0, type: "unsafe_output", score: 0.95 };

/** An inspector with one outside detector, and what became of what it was offered. */
function open(settings: object = {}) {
  const clock = createFixedClock("2026-11-20T12:00:00Z");
  const { analyzer } = Config.parse({
    analyzer: {
      outsideDetectors: [{ id: "toxic", url, types: ["unsafe_output"], ...settings }],
    },
  });
  const outcomes: string[] = [];
  const outside = createOutsideDetectors({
    config: analyzer.outsideDetectors,
    clock,
    env: { TOXIC_TOKEN: "t0k3n" },
    metrics: { count: (_name, _value, labels) => outcomes.push(labels?.["outcome"] ?? "") },
  });
  const inspector = createInspector(analyzer, "key", outside);
  return {
    clock,
    outcomes,
    say: (text: string) => inspector.span("acme", outputSpan(text)),
    ended: (many: number) => waitUntil("answers", async () => outcomes.length >= many),
    take: (): Detection[] => outside.take(),
    stop: () => outside.stop(),
  };
}

function replying(...detections: object[]): Answer {
  return () => ({ body: JSON.stringify({ detections }) });
}

it("turns a reply into detections of its record", async () => {
  answer = replying({ ...toxic, rule: "insult", start: 4, end: 8 });
  const { say, ended, take, outcomes } = open({ tokenEnv: "TOXIC_TOKEN" });
  say("you fool");
  await ended(1);
  expect([outcomes, authorization]).toEqual([["answered"], "Bearer t0k3n"]);
  expect(take()).toMatchObject([
    {
      tenant: "acme",
      detector: "outside:toxic",
      type: "unsafe_output",
      rule: "insult",
      score: 0.95,
      strength: "strong",
      severity: "medium",
      service: "shop",
      maskedValue: "fool",
    },
  ]);
  expect(take()).toEqual([]);
});

it("sends masked text only", async () => {
  answer = replying();
  const { say, ended } = open();
  say(`the key is ${token}`);
  await ended(1);
  expect(asked[0]?.contents[0]?.text).toContain("the key is ghp_****");
  expect(JSON.stringify(asked)).not.toContain(token);
});

it("believes no more than it may say", async () => {
  answer = replying(
    { ...toxic, score: 7 },
    { ...toxic, score: -1 },
    { ...toxic, type: "secret_leak" },
    { ...toxic, index: 3 },
    { ...toxic, score: 0.6, start: 5, end: 100_000 },
  );
  const { say, ended, take } = open();
  say("you fool");
  await ended(1);
  expect(take().map(({ score, strength, maskedValue }) => [score, strength, maskedValue])).toEqual([
    [1, "strong", ""],
    [0.6, "weak", ""],
  ]);
});

it.each<[string, Answer]>([
  ["status", () => ({ status: 500, body: "" })],
  ["failed", () => ({ status: 302, body: "" })],
  ["invalid", () => ({ body: "<html>" })],
  ["invalid", () => ({ body: JSON.stringify({ detections: [{ ...toxic, type: "rude" }] }) })],
  [
    "invalid",
    () => ({ body: JSON.stringify({ detections: Array.from({ length: 101 }, () => toxic) }) }),
  ],
  ["invalid", () => ({ body: " ".repeat(300_000) })],
  ["timeout", () => null],
])("counts an answer that is none: %s", async (outcome, given) => {
  answer = given;
  const { say, ended, take, outcomes } = open({ timeoutMs: outcome === "timeout" ? 100 : 60_000 });
  const inspected = say("you fool");
  expect(inspected.detections).toEqual([]);
  await ended(1);
  expect(outcomes).toEqual([outcome]);
  expect(take()).toEqual([]);
});

it("leaves a detector alone that fails again and again, and tries it later", async () => {
  answer = () => ({ status: 500, body: "" });
  const { say, ended, outcomes, clock } = open({ parallel: 1 });
  for (let index = 0; index < 8; index += 1) {
    say(`you fool ${index}`);
  }
  await ended(8);
  expect(outcomes).toEqual([...Array(5).fill("status"), ...Array(3).fill("rested")]);
  answer = replying(toxic);
  clock.advance(30_000);
  say("you fool");
  await ended(9);
  expect(outcomes[8]).toBe("answered");
});

it("leaves out what it cannot keep up with, and never waits", async () => {
  answer = () => null;
  const { say, outcomes, stop } = open({ parallel: 1, maxWaiting: 2, timeoutMs: 60_000 });
  for (let index = 0; index < 10; index += 1) {
    say(`you fool ${index}`);
  }
  expect(outcomes).toEqual(Array(7).fill("left_out"));
  stop();
});

it("gives up what it asks when it is stopped", async () => {
  answer = () => null;
  const { say, ended, stop, outcomes } = open({ timeoutMs: 60_000, parallel: 1 });
  say("you fool");
  say("you fool again");
  stop();
  await ended(1);
  expect(outcomes).toEqual(["failed"]);
});

it("asks nothing about directions that are not its own", () => {
  const { say } = open({ directions: ["input"] });
  say("you fool");
  expect(asked).toEqual([]);
});

it("lets one request through after a rest", () => {
  const clock = createFixedClock("2026-11-20T12:00:00Z");
  const breaker = createCircuitBreaker(clock);
  Array.from({ length: 5 }, () => breaker.failed());
  expect(breaker.allows()).toBe(false);
  clock.advance(30_000);
  expect([breaker.allows(), breaker.allows()]).toEqual([true, false]);
  breaker.succeeded();
  expect(breaker.allows()).toBe(true);
});
