export interface PurlFacts {
  /** Version of the artifact, preferring a tag over a digest; empty when unknown. */
  readonly version: string;
  /** Such as `sha256:<64 hex>`; empty when the version is not a digest. */
  readonly digest: string;
  /** Full commit id from the `vcs_url` qualifier, lower case; empty when unknown. */
  readonly revision: string;
}

/**
 * Reads what a package URL says about a release, such as
 * `pkg:oci/shop@sha256%3Aabc?tag=1.8.0&vcs_url=git%2Bhttps://git.example/shop%40<40 hex>`.
 * Anything else gives empty facts: the artifact is a hint, not an identity.
 */
export function readPurl(text: string): PurlFacts {
  const [, version = "", query = ""] =
    /^pkg:[^@?#]+(?:@([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/.exec(text) ?? [];
  const qualifiers = new URLSearchParams(query.replaceAll("+", "%2B"));
  const revision = /@([0-9a-f]{64}|[0-9a-f]{40})$/i.exec(qualifiers.get("vcs_url") ?? "")?.[1];
  const decoded = decode(version);
  return {
    version: qualifiers.get("tag") || decoded,
    digest: /^sha(256|384|512):[0-9a-f]{64,128}$/.test(decoded) ? decoded : "",
    revision: revision?.toLowerCase() ?? "",
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
