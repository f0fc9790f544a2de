/** Who a browser says is asking. */
export type OriginVerdict = "absent" | "own" | "listed" | "foreign";

/**
 * Judges an `Origin` header. An origin is our own when its host and port are those of the
 * `Host` header, which has been checked before; the scheme may differ behind a TLS proxy.
 * `null` (sandboxed frames, `file:` pages) is foreign.
 *
 * @param allowedOrigins Configured origins such as `https://console.example`, or
 *   `https://*.example` for every host below that name, with the same scheme and port.
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
  if (allowedOrigins.some((allowed) => covers(allowed, claimed))) {
    return "listed";
  }
  const own = normalize(`${claimed.protocol}//${host ?? ""}`);
  return own !== null && own.origin === claimed.origin ? "own" : "foreign";
}

/** Whether a setting is an exact origin or one with `*.` before its host. */
export function isOriginPattern(text: string): boolean {
  const { url, isWildcard } = readPattern(text);
  return url !== null && !url.hostname.includes("*") && (!isWildcard || isName(url.hostname));
}

/** A wildcard needs a name of at least two labels: `https://*.com` is nobody's own. */
function isName(hostname: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(hostname) && !/^[\d.]+$/.test(hostname);
}

function covers(pattern: string, claimed: URL): boolean {
  const { url, isWildcard } = readPattern(pattern);
  if (url === null) {
    return false;
  }
  return isWildcard
    ? claimed.protocol === url.protocol &&
        claimed.port === url.port &&
        claimed.hostname.endsWith(`.${url.hostname}`)
    : url.origin === claimed.origin;
}

function readPattern(pattern: string): { url: URL | null; isWildcard: boolean } {
  const exact = pattern.replace("://*.", "://");
  return { url: normalize(exact), isWildcard: exact !== pattern };
}

function normalize(origin: string): URL | null {
  const url = URL.parse(origin);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  return url !== null && isWeb && url.username === "" && url.pathname === "/" ? url : null;
}
