import { createHash } from "node:crypto";

/**
 * Typed slots: the only way a value from telemetry gets into a rule, a file, a title, a branch
 * or a commit message. A value that does not fit gives undefined, never a cleaned-up version.
 */
const toolName = /^[A-Za-z0-9_.-]{1,64}$/;
const mcpTool = /^mcp__[A-Za-z0-9_-]{1,64}__[A-Za-z0-9_-]{1,64}$/;
const hostLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const pathSegment = /^[A-Za-z0-9_.@+-]{1,64}$/;
const revision = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function toolSlot(value: string): string | undefined {
  return toolName.test(value) ? value : undefined;
}

export function mcpToolSlot(value: string): string | undefined {
  return mcpTool.test(value) ? value : undefined;
}

/** ASCII host name of letters, digits and hyphens; IDN as punycode. */
export function hostSlot(value: string): string | undefined {
  const host = value.toLowerCase();
  const labels = host.split(".");
  const fits = host.length <= 253 && labels.length > 1 && labels.every((l) => hostLabel.test(l));
  return fits ? host : undefined;
}

/** Full commit id in lower-case hex: never a flag, a range or a ref. */
export function revisionSlot(value: string): string | undefined {
  return revision.test(value) ? value : undefined;
}

/** A path without `..`, wildcards or control characters, relative, below `~` or absolute. */
export function pathSlot(value: string): string | undefined {
  const body = value.replace(/^(?:~\/|\.\/|\/)/, "");
  const segments = body.split("/");
  const isPlain = segments.every((segment) => pathSegment.test(segment) && !/^\.+$/.test(segment));
  return value.length <= 200 && isPlain ? value : undefined;
}

/** Name for people and ids made from a service or agent name: `[a-z0-9-]`, else its hash. */
export function nameSlot(value: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(value) ? value : hashSlot(value);
}

/** Stands for a value that fits no slot. */
export function hashSlot(value: string): string {
  return `sha256-${createHash("sha256").update(value).digest("hex").slice(0, 12)}`;
}
