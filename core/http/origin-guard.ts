/** Who a browser says is asking. */
export type OriginVerdict = "absent" | "own" | "listed" | "foreign";

/**
 * Judges an `Origin` header. An origin is our own when its host and port are those of the
 * `Host` header, which has been checked before; the scheme may differ behind a TLS proxy.
 * `null` (sandboxed frames, `file:` pages) is foreign.
 *
 * @param allowedOrigins Configured origins such as `https://console.example`.
 */
export function judgeOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowedOrigins: readonly string[],
): OriginVerdict {
  if (origin === undefined) {
    return "absent";
  }
  const claimed = normalize(origin);
  if (claimed === null) {
    return "foreign";
  }
  if (allowedOrigins.some((allowed) => normalize(allowed)?.origin === claimed.origin)) {
    return "listed";
  }
  const own = normalize(`${claimed.protocol}//${host ?? ""}`);
  return own !== null && own.origin === claimed.origin ? "own" : "foreign";
}

function normalize(origin: string): URL | null {
  const url = URL.parse(origin);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  return url !== null && isWeb && url.username === "" && url.pathname === "/" ? url : null;
}
