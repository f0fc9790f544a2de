import { readSupplyDocument } from "../../../collector/supply/supply-document.ts";
import {
  commitId,
  cycloneDx,
  envelopeOf,
  imageDigest,
  provenanceV1,
  provenanceV02,
} from "./documents.ts";

const now = Date.parse("2026-11-20T12:00:00Z");

function read(document: Record<string, unknown> | object, query: Record<string, string> = {}) {
  return readSupplyDocument(document as Record<string, unknown>, {
    tenant: "default",
    query,
    nowUnixMs: now,
  });
}

describe("readSupplyDocument", () => {
  it("reads SLSA v1 provenance and picks the repository that asked for the build", () => {
    expect(read(provenanceV1)).toMatchObject({
      kind: "artifact",
      name: "ghcr.io/acme/shop",
      repository: "https://github.com/acme/shop",
      revision: commitId,
      artifacts: [`sha256:${imageDigest}`],
      source: "slsa",
      timeUnixMs: now,
      details: {
        builder: "https://github.com/actions/runner/github-hosted",
        keyIds: [],
        verified: false,
      },
    });
  });

  it("reads SLSA v0.2 provenance with its build time", () => {
    expect(read(provenanceV02)).toMatchObject({
      repository: "https://github.com/acme/shop",
      revision: commitId,
      artifacts: [`sha256:${imageDigest}`],
      timeUnixMs: Date.parse("2026-11-19T08:00:00Z"),
    });
  });

  it("opens a DSSE envelope and a Sigstore bundle, and keeps the key ids as claims", () => {
    const envelope = envelopeOf(provenanceV1);
    const opened = read(envelope);
    expect(opened).toMatchObject({
      revision: commitId,
      details: { keyIds: ["SHA256:build-key"], verified: false },
    });
    expect(read({ dsseEnvelope: envelope })).toEqual(opened);
  });

  it("gives the same document the same id, and another one another", () => {
    expect(read(envelopeOf(provenanceV1)).changeId).toBe(read(envelopeOf(provenanceV1)).changeId);
    expect(read(provenanceV02).changeId).not.toBe(read(provenanceV1).changeId);
    const shop = read(cycloneDx, { service: "shop" });
    expect(read(cycloneDx, { service: "pay" }).changeId).not.toBe(shop.changeId);
  });

  it("reads a bill on its own, alone and inside a statement", () => {
    const query = { deployment: "dep-42", service: "shop", environment: "production" };
    expect(read(cycloneDx, query)).toMatchObject({
      kind: "artifact",
      service: "shop",
      environment: "production",
      timeUnixMs: Date.parse("2026-11-20T09:00:00Z"),
      details: { deployment: "dep-42", bill: { format: "cyclonedx" } },
    });
    const attested = {
      ...provenanceV1,
      predicateType: "https://cyclonedx.org/bom",
      predicate: cycloneDx,
    };
    expect(read(envelopeOf(attested), { ...query, time: "2026-11-20T10:00:00Z" })).toMatchObject({
      timeUnixMs: Date.parse("2026-11-20T10:00:00Z"),
      artifacts: [`sha256:${imageDigest}`],
      details: { bill: { format: "cyclonedx" } },
    });
  });

  it.each([
    [
      "another predicate",
      { ...provenanceV1, predicateType: "https://acme/vsa" },
      "unsupported_type",
    ],
    ["no commit", { ...provenanceV1, predicate: { buildDefinition: {} } }, "bad_data"],
    ["no digest", { ...provenanceV1, subject: [{ name: "x", digest: { md5: "1" } }] }, "bad_data"],
    ["a bad digest", { ...provenanceV1, subject: [{ digest: { sha256: "xyz" } }] }, "bad_digest"],
    ["another payload", { payloadType: "text/plain", payload: "aGk=" }, "bad_data"],
    ["no JSON", { payloadType: "application/vnd.in-toto+json", payload: "aGk=" }, "bad_data"],
    ["no statement", { hello: "world" }, "bad_data"],
    [
      "too many subjects",
      {
        ...provenanceV1,
        subject: Array.from({ length: 65 }, (_, n) => ({
          digest: { sha256: n.toString(16).padStart(64, "0") },
        })),
      },
      "too_many",
    ],
  ])("refuses %s", (_name, document, reason) => {
    expect(() => read(document)).toThrow(expect.objectContaining({ reason }));
  });
});
