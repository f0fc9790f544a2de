import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Fields } from "../changes/read-fields.ts";
import { objectsOf, textOf } from "./component.ts";

const maxSignatures = 8;

/**
 * Whether one of the keys signed a DSSE envelope (protocol version 1): Ed25519, ECDSA over P-256
 * or P-384, or RSA with SHA-256.
 *
 * @param keys public keys in PEM
 */
export function isSigned(envelope: Fields, keys: readonly string[]): boolean {
  const data = preAuthEncoding(
    textOf(envelope, "payloadType"),
    Buffer.from(textOf(envelope, "payload"), "base64"),
  );
  const signatures = objectsOf(envelope, "signatures")
    .slice(0, maxSignatures)
    .map((signature) => Buffer.from(textOf(signature, "sig"), "base64"));
  return keys
    .map((pem) => createPublicKey(pem))
    .some((key) => signatures.some((signature) => isValid(data, key, signature)));
}

/** What is signed: `DSSEv1 <length> <type> <length> <payload>`, lengths in bytes. */
export function preAuthEncoding(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

function isValid(data: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    return verify(digestOf(key), data, key, signature);
  } catch {
    return false;
  }
}

/** The digest that belongs to a key; Ed25519 brings its own. */
function digestOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | null {
  if (asymmetricKeyType === "ed25519") {
    return null;
  }
  return asymmetricKeyDetails?.namedCurve === "secp384r1" ? "sha384" : "sha256";
}
