import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import type { ChangeItem } from "../../core/changes/read-changes.ts";
import type { AttributeValue, Span } from "../../core/model/telemetry.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { commitId, cycloneDx, imageDigest, provenanceV1 } from "../collector/supply/documents.ts";
import { plainSpan } from "../helpers/plain-span.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-supply-"));
const minute = 60_000;
const begin = Date.now() - 180 * minute;

let telltale: TelltaleProcess;

beforeAll(async () => {
  telltale = await startTelltaleProcess(join(dir, "data"));
}, 60_000);

afterAll(async () => {
  await telltale.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function post(body: object, type = "application/json", query = ""): Promise<void> {
  const answer = await fetch(`${telltale.otlpHttp}/v1/changes${query}`, {
    method: "POST",
    headers: { "content-type": type },
    body: JSON.stringify(body),
  });
  expect([answer.status, await answer.json()]).toEqual([202, { accepted: 1, rejected: [] }]);
}

async function changes(service: string): Promise<ChangeItem[]> {
  const answer = await fetch(`${telltale.api}/api/v1/changes?service=${service}`);
  return ((await answer.json()) as { items: ChangeItem[] }).items;
}

function chat(number: number, minutes: number, version: string, model: string): Span {
  const start = BigInt(begin + minutes * minute) * 1_000_000n;
  return plainSpan(number, {
    resource: {
      attributes: new Map<string, AttributeValue>([
        ["service.name", "assistant"],
        ["service.version", version],
        ["deployment.environment.name", "production"],
        ["container.image.repo_digests", [`ghcr.io/acme/shop@sha256:${imageDigest}`]],
      ]),
      schemaUrl: "",
    },
    kind: 3,
    startTimeUnixNano: start,
    endTimeUnixNano: start + 5_000_000n,
    attributes: new Map<string, AttributeValue>([
      ["gen_ai.operation.name", "chat"],
      ["gen_ai.request.model", "gpt-5"],
      ["gen_ai.response.model", model],
    ]),
  });
}

function deployment(id: string, parts: object): object {
  const time = new Date(begin + 30 * minute).toISOString();
  return { kind: "deployment", id, time, service: "shop", environment: "production", ...parts };
}

describe("supply chain, in a whole process", () => {
  it("joins a deployed digest to its commit and compares bills of materials", async () => {
    const artifacts = [`sha256:${imageDigest}`];
    await post(deployment("s-1", { artifacts, sbom: cycloneDx }));
    await post(provenanceV1, "application/vnd.in-toto+json");
    const [, sharp] = cycloneDx.components;
    const time = new Date(begin + 60 * minute).toISOString();
    await post(deployment("s-2", { time, version: "2" }));
    await post(
      { ...cycloneDx, components: [{ ...sharp, version: "0.34.0" }] },
      "application/vnd.cyclonedx+json",
      "?deployment=s-2",
    );
    const dependencies = async () =>
      (await changes("shop")).filter(({ kind }) => kind === "dependency");
    await waitUntil("dependency changes", async () => (await dependencies()).length === 2);
    expect(
      (await dependencies()).map(({ name, version, details }) => [name, version, details["type"]]),
    ).toEqual(
      expect.arrayContaining([
        ["pkg:npm/%40img/sharp", "0.34.0", "upgraded"],
        ["pkg:npm/lodash", "", "removed"],
      ]),
    );
    const first = (await changes("shop")).find(({ id }) => id === "s-1");
    expect(first).toMatchObject({ revision: commitId, repository: "https://github.com/acme/shop" });
  }, 60_000);

  it("notices a release and a model in telemetry, and joins the digest to its commit", async () => {
    const spans = [
      ...[0, 10, 20].map((at) => chat(at, at, "1.7.0", "gpt-5-2026-01")),
      ...[60, 70].map((at) => chat(at, at, "1.8.0", "gpt-5-2026-02")),
    ];
    const answer = await fetch(`${telltale.otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: new Uint8Array(encodeTraceRequest(spans)),
    });
    expect(answer.status).toBe(200);
    await waitUntil(
      "noticed changes",
      async () => (await changes("assistant")).length === 2,
      40_000,
    );
    const noticed = await changes("assistant");
    expect(noticed.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toMatchObject([
      {
        kind: "deployment",
        version: "1.8.0",
        revision: commitId,
        source: "telemetry",
        time: new Date(begin + 60 * minute).toISOString(),
      },
      { kind: "model", name: "gpt-5", version: "gpt-5-2026-02" },
    ]);
  }, 60_000);
});
