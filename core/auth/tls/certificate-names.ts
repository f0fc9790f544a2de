import type { X509Certificate } from "node:crypto";

/** The subject alternative names of a certificate, such as `URI:spiffe://example.org/shipper`. */
export function alternativeNames({ subjectAltName = "" }: X509Certificate): string[] {
  const names: string[] = [];
  // A value that holds a comma or a quote stands as a JSON string, so that no name can be faked.
  const entry = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/y;
  for (let match = entry.exec(subjectAltName); match !== null; match = entry.exec(subjectAltName)) {
    const [, kind = "", value = ""] = match;
    names.push(`${kind}:${value.startsWith('"') ? String(JSON.parse(value)) : value}`);
  }
  return names;
}

/** How the audit log calls the holder: the first URI, else the common name, else the hash. */
export function holderName(certificate: X509Certificate): string {
  const uri = alternativeNames(certificate).find((name) => name.startsWith("URI:"));
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  return uri?.slice("URI:".length) ?? commonName ?? certificate.fingerprint256;
}
