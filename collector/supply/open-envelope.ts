import type { Fields } from "../changes/read-fields.ts";
import { isFields } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import { objectsOf, textOf } from "./component.ts";
import { isSigned } from "./verify-envelope.ts";

/** An in-toto statement as it came, with who claims to have signed it. */
export interface OpenedStatement {
  readonly statement: Fields;
  /** The bytes that were signed, as text; equal statements have equal bytes. */
  readonly payload: string;
  /** `keyid` of each signature, as claimed. */
  readonly keyIds: readonly string[];
  /** Whether one of the configured keys signed it. */
  readonly verified: boolean;
}

export function looksLikeEnvelope(document: Fields): boolean {
  return typeof document["payloadType"] === "string" && typeof document["payload"] === "string";
}

export function looksLikeStatement(document: Fields): boolean {
  return textOf(document, "_type").startsWith("https://in-toto.io/Statement/");
}

/**
 * Opens a DSSE envelope, or takes a bare statement. Sigstore bundles carry their envelope in
 * `dsseEnvelope`. Without keys, signatures are claims; with keys, one of them must have signed.
 *
 * @throws RejectedChange
 */
export function openEnvelope(document: Fields, keys: readonly string[]): OpenedStatement {
  const bundled = document["dsseEnvelope"];
  const envelope = isFields(bundled) ? bundled : document;
  const verified = keys.length > 0 && isSigned(envelope, keys);
  if (keys.length > 0 && !verified) {
    throw new RejectedChange(
      "bad_signature",
      "expected an envelope signed with one of the keys in attestations.keys",
    );
  }
  if (!looksLikeEnvelope(envelope)) {
    return { statement: document, payload: JSON.stringify(document), keyIds: [], verified };
  }
  if (textOf(envelope, "payloadType") !== "application/vnd.in-toto+json") {
    throw new RejectedChange("bad_data", "payloadType: expected application/vnd.in-toto+json");
  }
  const payload = Buffer.from(textOf(envelope, "payload"), "base64").toString("utf8");
  return {
    statement: parse(payload),
    payload,
    keyIds: objectsOf(envelope, "signatures")
      .slice(0, 16)
      .map((signature) => textOf(signature, "keyid").slice(0, 256)),
    verified,
  };
}

function parse(payload: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    value = null;
  }
  if (!isFields(value)) {
    throw new RejectedChange("bad_data", "payload: expected an in-toto statement, base64 of JSON");
  }
  return value;
}
