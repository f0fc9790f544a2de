import type { Change } from "../../../core/model/change.ts";
import { ask } from "../../helpers/http-request.ts";
import { startTestCollector, type TestCollector } from "../../helpers/test-collector.ts";
import { commitId, cycloneDx, envelopeOf, provenanceV1, spdx3 } from "./documents.ts";

describe("POST /v1/changes with supply-chain documents", () => {
  let collector: TestCollector;
  beforeEach(async () => {
    collector = await startTestCollector();
  });
  afterEach(async () => collector.close());

  async function post(body: unknown, type: string, query = ""): Promise<unknown> {
    const answer = await ask(collector.port, {
      path: `/v1/changes${query}`,
      headers: { "content-type": type },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(202);
    return JSON.parse(answer.body.toString());
  }

  async function queued(): Promise<Change[]> {
    const records = await collector.queue.drain();
    return records.flatMap(({ body }) => JSON.parse(Buffer.from(body).toString()) as Change[]);
  }

  const taken = { accepted: 1, rejected: [] };

  it("takes each by its media type, and by its shape", async () => {
    const envelope = envelopeOf(provenanceV1);
    expect(await post(envelope, "application/vnd.dsse.envelope.v1+json")).toEqual(taken);
    expect(await post(provenanceV1, "application/vnd.in-toto+json")).toEqual(taken);
    expect(await post(cycloneDx, "application/vnd.cyclonedx+json; version=1.6")).toEqual(taken);
    expect(await post(spdx3, "application/spdx+json")).toEqual(taken);
    expect(await post([provenanceV1, cycloneDx], "application/json")).toEqual({
      accepted: 2,
      rejected: [],
    });
    expect((await queued()).map(({ kind, source }) => [kind, source])).toEqual([
      ["artifact", "slsa"],
      ["artifact", "slsa"],
      ["artifact", "sbom"],
      ["artifact", "sbom"],
      ["artifact", "slsa"],
      ["artifact", "sbom"],
    ]);
  });

  it("reads what a bill belongs to from the query", async () => {
    const query =
      "?service=shop&environment=production&version=1.8.0&time=2026-11-20T10%3A00%3A00Z";
    await post(cycloneDx, "application/vnd.cyclonedx+json", query);
    expect(await queued()).toMatchObject([
      {
        service: "shop",
        environment: "production",
        version: "1.8.0",
        timeUnixMs: Date.parse("2026-11-20T10:00:00Z"),
      },
    ]);
  });

  it("joins a CDEvents package to its commit", async () => {
    const purl = `pkg:oci/shop@sha256%3A${"a".repeat(64)}?repository_url=ghcr.io/acme`;
    const data = { subject: { id: purl, content: { change: { id: commitId } } } };
    const type = "dev.cdevents.artifact.packaged.0.3.0";
    const event = { specversion: "1.0", id: "e1", source: "/ci", type, data };
    const timed = { ...event, time: "2026-11-20T10:00:00Z" };
    expect(await post(timed, "application/cloudevents+json")).toEqual(taken);
    expect(await queued()).toMatchObject([
      { kind: "artifact", revision: commitId, artifacts: [`sha256:${"a".repeat(64)}`] },
    ]);
  });

  it("names what is wrong with a document and counts it", async () => {
    expect(await post({ bomFormat: "CycloneDX" }, "application/vnd.cyclonedx+json")).toMatchObject({
      accepted: 0,
      rejected: [{ index: 0, reason: "bad_data", detail: "specVersion: expected CycloneDX 1.x" }],
    });
    expect(await collector.accounting()).toMatchObject([{ rejected: { bad_data: 1 } }]);
  });
});
