import { BlockList, isIP } from "node:net";

/**
 * Whether a `Host` header names this machine's loopback or a configured host. It stops DNS
 * rebinding: a page whose name was re-pointed to 127.0.0.1 still sends its own name.
 *
 * @param allowedHosts Names or addresses; with a port they match that port only.
 */
export function isAllowedHost(
  header: string | undefined,
  allowedHosts: readonly string[],
): boolean {
  const host = parseHost(header ?? "");
  if (host === null) {
    return false;
  }
  return isLoopback(host.name) || allowedHosts.some((allowed) => matches(host, parseHost(allowed)));
}

/** Whether a host name or address (IPv6 with or without brackets) is this machine's loopback. */
export function isLoopback(name: string): boolean {
  const bare = name.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const version = isIP(bare);
  if (version === 0) {
    return bare === "localhost" || bare === "localhost.";
  }
  return loopback.check(bare, version === 6 ? "ipv6" : "ipv4");
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

interface Host {
  /** Lower case, IPv6 without brackets. */
  readonly name: string;
  /** Empty when not given. */
  readonly port: string;
}

function parseHost(text: string): Host | null {
  const bracketed = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i.exec(text);
  if (bracketed?.[1] !== undefined) {
    return isIP(bracketed[1]) === 6
      ? { name: bracketed[1].toLowerCase(), port: bracketed[2] ?? "" }
      : null;
  }
  if (isIP(text) === 6) {
    return { name: text.toLowerCase(), port: "" };
  }
  const plain = /^([a-z0-9._-]+)(?::(\d{1,5}))?$/i.exec(text);
  return plain?.[1] === undefined
    ? null
    : { name: plain[1].toLowerCase().replace(/\.$/, ""), port: plain[2] ?? "" };
}

function matches(host: Host, allowed: Host | null): boolean {
  return (
    allowed !== null &&
    host.name === allowed.name &&
    (allowed.port === "" || allowed.port === host.port)
  );
}
