/** Hosts that data may be sent to. */
export interface HostList {
  allows(host: string): boolean;
}

/**
 * Hosts from configuration; `*.example.com` covers subdomains of any depth, not the domain
 * itself. Loopback and names without a dot or under `.local`, `.internal`, `.svc` stay inside.
 */
export function createHostList(patterns: readonly string[]): HostList {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  for (const pattern of patterns.map((text) => text.toLowerCase())) {
    if (pattern.startsWith("*.")) {
      suffixes.push(pattern.slice(1));
    } else {
      exact.add(pattern);
    }
  }
  return {
    allows: (host) => {
      const name = host.toLowerCase();
      return isInside(name) || exact.has(name) || suffixes.some((suffix) => name.endsWith(suffix));
    },
  };
}

function isInside(host: string): boolean {
  return (
    host === "localhost" ||
    host === "::1" ||
    host.startsWith("127.") ||
    !host.includes(".") ||
    /\.(?:local|internal|svc|localhost|test)$/.test(host)
  );
}
