import { isIPv6, SocketAddress } from "node:net";

/**
 * What one caller can be taken to hold of the address space: an IPv4 address, or the /64 of an
 * IPv6 address, within which a single machine may pick any address it likes.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) {
    return mapped ?? address;
  }
  return expand(address).slice(0, 4).join(":");
}

/** The eight groups of an IPv6 address, without leading zeros. */
function expand(address: string): string[] {
  const normal = new SocketAddress({ address, family: "ipv6" }).address.replace(/%.*$/, "");
  const [head = "", tail] = normal.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  return [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
}
