import { createPublicKey } from "node:crypto";
import { z } from "zod";

function isPublicKey(pem: string): boolean {
  try {
    createPublicKey(pem);
    return !pem.includes("PRIVATE");
  } catch {
    return false;
  }
}

/** Whose attestations are believed. */
export const Attestations = z.strictObject({
  keys: z
    .array(z.string().refine(isPublicKey, { error: "expected a public key in PEM" }))
    .max(16)
    .default([])
    .describe("Public keys (PEM); with any, an attestation without a valid signature is refused"),
});
