import { gzipSync } from "node:zlib";
import type { Change } from "../../core/model/change.ts";
import { ask, type HttpAnswer } from "../helpers/http-request.ts";
import { startTestCollector, type TestCollector } from "../helpers/test-collector.ts";

const json = { "content-type": "application/json" };
const deployment = {
  kind: "deployment",
  id: "dep-42",
  time: "2026-11-20T10:00:00Z",
  service: "shop-assistant",
  environment: "production",
  repository: "https://git.example/shop",
};

describe("POST /v1/changes", () => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startTestCollector();
  });
  afterEach(async () => collector.close());

  const post = (body: unknown, headers: Record<string, string> = json): Promise<HttpAnswer> =>
    ask(collector.port, {
      path: "/v1/changes",
      headers,
      body: body instanceof Uint8Array || typeof body === "string" ? body : JSON.stringify(body),
    });
  const answerOf = (answer: HttpAnswer) => JSON.parse(answer.body.toString());
  const queued = async () => {
    const records = await collector.queue.drain();
    return records.flatMap(({ body }) => JSON.parse(Buffer.from(body).toString()) as Change[]);
  };

  it("takes one object, queues the parsed change and answers 202", async () => {
    const answer = await post(deployment);
    expect(answer.status).toBe(202);
    expect(answerOf(answer)).toEqual({ accepted: 1, rejected: [] });
    expect(await queued()).toMatchObject([
      { tenant: "default", changeId: "dep-42", kind: "deployment", source: "native" },
    ]);
  });

  it("takes the good ones of a list, names the others and balances", async () => {
    const answer = await post([deployment, { kind: "deploy" }, { ...deployment, id: "dep-43" }, 7]);
    expect(answer.status).toBe(202);
    expect(answerOf(answer)).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, reason: "unknown_kind" },
        { index: 3, reason: "not_an_object" },
      ],
    });
    expect(await collector.accounting()).toMatchObject([
      {
        signal: "changes",
        received: 4,
        rejected: { unknown_kind: 1, not_an_object: 1 },
        inFlight: 2,
      },
    ]);
  });

  it("counts a request without one good change", async () => {
    expect(answerOf(await post([{}, {}]))).toMatchObject({ accepted: 0 });
    expect(await collector.accounting()).toMatchObject([
      { received: 2, rejected: { unknown_kind: 2 }, inFlight: 0 },
    ]);
    expect(await queued()).toEqual([]);
  });

  it("answers an empty list without counting anything", async () => {
    expect(answerOf(await post([]))).toEqual({ accepted: 0, rejected: [] });
    expect(await collector.accounting()).toEqual([]);
  });

  it("updates a change of the same owner and rejects an id that another one has", async () => {
    await post(deployment);
    expect(answerOf(await post({ ...deployment, status: "failed" }))).toMatchObject({
      accepted: 1,
    });
    const answer = await post([
      { ...deployment, id: "dep-43" },
      { ...deployment, kind: "config" },
      { ...deployment, service: "other" },
      { ...deployment, repository: "https://git.example/other" },
      { ...deployment, status: "succeeded" },
      { ...deployment, id: "dep-43", service: "other" },
    ]);
    expect(answerOf(answer)).toMatchObject({
      accepted: 2,
      rejected: [1, 2, 3, 5].map((index) => ({ index, reason: "id_taken" })),
    });
    expect(await collector.accounting()).toMatchObject([
      { received: 8, rejected: { id_taken: 4 }, inFlight: 4 },
    ]);
  });

  it("takes an update that leaves out what was said before", async () => {
    await post(deployment);
    const { id, kind, time } = deployment;
    const shorter = [
      { id, kind, time, service: deployment.service, status: "succeeded" },
      { id, kind, time, status: "rolled_back" },
      { id, kind, time, repository: `${deployment.repository}.git`, status: "failed" },
    ];
    expect(answerOf(await post(shorter))).toEqual({ accepted: 3, rejected: [] });
    expect(answerOf(await post({ id, kind, time, service: "other" }))).toMatchObject({
      accepted: 0,
      rejected: [{ reason: "id_taken" }],
    });
  });

  it("ends a contest of many owners for one id", async () => {
    await post(deployment);
    const contest = Array.from({ length: 50 }, (_, n) => ({ ...deployment, service: `s-${n}` }));
    expect(answerOf(await post([...contest, { ...deployment, id: "dep-43" }]))).toMatchObject({
      accepted: 1,
    });
    expect(await collector.accounting()).toMatchObject([
      { received: 52, rejected: { id_taken: 50 }, inFlight: 2 },
    ]);
  });

  it("takes gzip and the three forms of CloudEvents", async () => {
    const type = "dev.cdevents.service.deployed.0.3.0";
    const data = { subject: { id: "shop", content: { environment: { id: "prod" } } } };
    const attributes = { specversion: "1.0", source: "/ci", type, time: deployment.time };
    const structured = { "content-type": "application/cloudevents+json; charset=utf-8" };
    const batch = { "content-type": "application/cloudevents-batch+json" };
    const binary = Object.fromEntries(
      Object.entries({ ...attributes, id: "e4" }).map(([name, value]) => [`ce-${name}`, value]),
    );
    const answers = [
      await post(gzipSync(JSON.stringify(deployment)), { ...json, "content-encoding": "gzip" }),
      await post({ ...attributes, id: "e1", data }, structured),
      await post(
        [
          { ...attributes, id: "e2", data },
          { ...attributes, id: "e3", data },
        ],
        batch,
      ),
      await post(data, { ...json, ...binary }),
    ];
    expect(answers.map((answer) => answerOf(answer).accepted)).toEqual([1, 1, 2, 1]);
    expect((await queued()).map(({ changeId }) => changeId)).toEqual([
      "dep-42",
      "e1",
      "e2",
      "e3",
      "e4",
    ]);
  });

  it.each([
    { name: "broken JSON", body: "{", headers: json, status: 400, reason: "undecodable" },
    { name: "nothing", body: "", headers: json, status: 400, reason: "undecodable" },
    {
      name: "JSON that is not UTF-8",
      body: Buffer.from([0x22, 0xff, 0x22]),
      headers: json,
      status: 400,
      reason: "undecodable",
    },
    {
      name: "a form",
      body: "kind=deployment",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      status: 415,
      reason: "unsupported_media_type",
    },
    {
      name: "an unknown encoding",
      body: "{}",
      headers: { ...json, "content-encoding": "br" },
      status: 415,
      reason: "unsupported_encoding",
    },
  ])("answers $name with a problem document and counts it", async (row) => {
    const answer = await post(row.body, row.headers);
    expect(answer.status).toBe(row.status);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answerOf(answer)).toMatchObject({ status: row.status, detail: expect.any(String) });
    expect(await collector.accounting()).toMatchObject([
      { signal: "changes", received: 1, rejected: { [row.reason]: 1 } },
    ]);
  });

  it("never quotes the body in an error", async () => {
    const answer = await post('{"kind": hunter2secret');
    expect(answer.body.toString()).not.toContain("hunter2");
  });

  it("refuses other methods, and posts from another site's page", async () => {
    expect((await ask(collector.port, { method: "GET", path: "/v1/changes" })).status).toBe(405);
    const answer = await post(deployment, { ...json, origin: "https://evil.example" });
    expect(answer.status).toBe(403);
    expect(await collector.accounting()).toEqual([]);
  });
});
