import type { X509Certificate } from "node:crypto";
import type { ClientCertificate } from "../../config/auth-config.ts";
import type { Principal } from "../principal.ts";
import { alternativeNames, holderName } from "./certificate-names.ts";

/** Client certificates that the configuration gives a tenant and scopes. */
export interface KnownCertificates {
  /** The holder of a certificate that TLS has verified; `null` when it is not listed. */
  find(certificate: X509Certificate): Principal | null;
}

export function createKnownCertificates(listed: readonly ClientCertificate[]): KnownCertificates {
  // One certificate serves a whole connection; reading its names is the slow part.
  const found = new WeakMap<X509Certificate, { readonly principal: Principal | null }>();
  return {
    find(certificate) {
      const known = found.get(certificate) ?? { principal: look(listed, certificate) };
      found.set(certificate, known);
      return known.principal;
    },
  };
}

/** A fingerprint is looked for before a name: it says more. */
function look(
  listed: readonly ClientCertificate[],
  certificate: X509Certificate,
): Principal | null {
  const fingerprint = plainHex(certificate.fingerprint256);
  const names = alternativeNames(certificate);
  const entry =
    listed.find((one) => one.fingerprint !== "" && plainHex(one.fingerprint) === fingerprint) ??
    listed.find((one) => one.san !== "" && names.includes(one.san));
  if (entry === undefined) {
    return null;
  }
  const { tenant, scopes } = entry;
  return { name: `mtls:${holderName(certificate)}`, tenant, scopes: new Set(scopes) };
}

function plainHex(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
