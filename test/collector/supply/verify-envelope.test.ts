import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readChanges } from "../../../collector/changes/read-changes.ts";
import { readSupplyDocument } from "../../../collector/supply/supply-document.ts";
import { isSigned, preAuthEncoding } from "../../../collector/supply/verify-envelope.ts";
import { Config } from "../../../core/config/config.ts";
import { commitId, provenanceV1 } from "./documents.ts";

const payloadType = "application/vnd.in-toto+json";

function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

function signed(privateKey: KeyObject, digest: string | null): Record<string, unknown> {
  const payload = Buffer.from(JSON.stringify(provenanceV1));
  const sig = sign(digest, preAuthEncoding(payloadType, payload), privateKey);
  return {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [
      { keyid: "other", sig: "AAAA" },
      { keyid: "k", sig: sig.toString("base64") },
    ],
  };
}

const pairs = {
  ed25519: { pair: generateKeyPairSync("ed25519"), digest: null },
  "P-256": { pair: generateKeyPairSync("ec", { namedCurve: "P-256" }), digest: "sha256" },
  "P-384": { pair: generateKeyPairSync("ec", { namedCurve: "P-384" }), digest: "sha384" },
  RSA: { pair: generateKeyPairSync("rsa", { modulusLength: 2048 }), digest: "sha256" },
};
const stranger = pemOf(generateKeyPairSync("ed25519").publicKey);

describe("signatures of envelopes", () => {
  it("encodes what is signed as the protocol's example does", () => {
    expect(
      preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world")).toString(),
    ).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it.each(Object.entries(pairs))(
    "verifies %s and refuses a changed payload",
    (_name, { pair, digest }) => {
      const envelope = signed(pair.privateKey, digest);
      const keys = [stranger, pemOf(pair.publicKey)];
      expect(isSigned(envelope, keys)).toBe(true);
      expect(isSigned(envelope, [stranger])).toBe(false);
      const payload = Buffer.from("{}").toString("base64");
      expect(isSigned({ ...envelope, payload }, keys)).toBe(false);
      expect(isSigned({ ...envelope, signatures: "x" }, keys)).toBe(false);
    },
  );

  it("refuses unsigned statements once keys are configured, and says when one was verified", () => {
    const { pair, digest } = pairs.ed25519;
    const context = { tenant: "default", query: {}, nowUnixMs: 0, keys: [pemOf(pair.publicKey)] };
    const envelope = signed(pair.privateKey, digest);
    expect(readSupplyDocument(envelope, context).details).toMatchObject({ verified: true });
    expect(readSupplyDocument(envelope, { ...context, keys: [] }).details).toMatchObject({
      verified: false,
    });
    for (const document of [provenanceV1, { ...envelope, signatures: [] }]) {
      expect(() => readSupplyDocument(document, context)).toThrow(
        expect.objectContaining({ reason: "bad_signature" }),
      );
    }
  });

  it("refuses plain events that name an artifact's commit once keys are configured", () => {
    const claim = { kind: "artifact", id: "x", time: "2026-11-20T10:00:00Z", revision: commitId };
    const read = (keys: string[], details: object) =>
      readChanges(
        { form: "native", headers: {}, body: { ...claim, details } },
        "default",
        Date.parse("2026-11-20T12:00:00Z"),
        Config.parse({ attestations: { keys } }),
      );
    expect(read([], {}).rejected).toEqual([]);
    expect(read([stranger], { verified: true }).rejected).toMatchObject([
      { reason: "bad_signature" },
    ]);
    const { pair, digest } = pairs.ed25519;
    const request = { form: "supply", headers: {}, body: signed(pair.privateKey, digest) } as const;
    const rule = Config.parse({ attestations: { keys: [pemOf(pair.publicKey)] } });
    expect(readChanges(request, "default", Date.now(), rule).accepted).toHaveLength(1);
  });

  it("takes only public keys into the configuration", () => {
    const { pair } = pairs.ed25519;
    const privatePem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const parse = (key: string) => Config.safeParse({ attestations: { keys: [key] } }).success;
    expect([pemOf(pair.publicKey), privatePem, "hello"].map(parse)).toEqual([true, false, false]);
  });
});
