import type { AuditEntry } from "./audit.ts";
import type { AuditLink, AuditPayload } from "./audit-entry.ts";

/**
 * An entry as people see it.
 *
 * @param text Stored salt and payload; undefined once erased.
 * @param name Of the actor; undefined once erased.
 */
export function auditView(
  link: AuditLink,
  text: string | undefined,
  name: string | undefined,
): AuditEntry {
  const { position, timeUnixMs, action, subject, hash, previousHash } = link;
  return {
    position,
    time: new Date(timeUnixMs).toISOString(),
    actor: name ?? link.actor,
    action,
    subject,
    hash,
    previousHash,
    erased: text === undefined,
    data: text === undefined ? null : (JSON.parse(payloadOf(text)) as AuditEntry["data"]),
  };
}

/** JSON text of the data. */
export function payloadOf(text: string): string {
  return (JSON.parse(text) as AuditPayload).payload;
}

/** Subjects are `kind/tenant/id`. */
export function tenantOf({ subject }: AuditLink): string {
  return subject.split("/")[1] ?? "";
}
