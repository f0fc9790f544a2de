import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Journal, JournalEntry, JournalHost } from "../queue/kafka/journal.ts";
import { JournalError } from "../queue/kafka/journal-error.ts";
import type { Audit, AuditEntry, AuditPerson, NewAuditEntry } from "./audit.ts";
import { type AuditLink, createLink, digestOf, linkText, payloadText } from "./audit-entry.ts";
import {
  type AuditLog,
  auditKeys,
  createAuditLog,
  firstDifference,
  type LoggedEntry,
} from "./audit-log.ts";
import { auditView, payloadOf, tenantOf } from "./audit-view.ts";
import { createTurns, type Turns } from "./turns.ts";
import { type AuditVerdict, verifyChain } from "./verify-chain.ts";

export interface KafkaAuditOptions {
  readonly journals: JournalHost;
  readonly topic: string;
  readonly clock: Clock;
}

interface OpenLog extends KafkaAuditOptions {
  readonly log: AuditLog;
  readonly journal: Journal;
  readonly turns: Turns;
}

const eraseAction = "audit.erase";
const eraser = "telltale";
/** Each means that another process wrote an entry at the same moment. */
const maxAttempts = 100;

/**
 * The audit log of several processes, in a topic. Whoever appends writes the link that follows the
 * last one; if another process was faster, it writes the next one. An erasure replaces the records
 * of payload and name, and compaction removes what they held.
 *
 * `verify` reads the topic afresh and compares it with what this process has seen since its
 * start. `close` does nothing: it is closed with `journals`.
 *
 * @throws JournalError (all but `pseudonym`) when the log cannot be reached for ten seconds.
 */
export async function openKafkaAudit(options: KafkaAuditOptions): Promise<Audit> {
  const log = createAuditLog();
  const journal = await options.journals.open({
    topic: options.topic,
    from: "start",
    apply: (record) => log.apply(record),
  });
  if (log.pseudonymKey === null) {
    const key = `${auditKeys.pseudonymKey}${newId()}`;
    await journal.append(key, Buffer.from(randomBytes(32).toString("hex")));
  }
  const open: OpenLog = { ...options, log, journal, turns: createTurns() };
  return {
    append: (entry) => open.turns.take(() => appendNow(open, entry, [])),
    async list({ limit, cursor }) {
      await journal.sync();
      const found = log.entries.filter(({ position }) => position > (cursor ?? 0));
      const items = found.slice(0, limit).map((entry) => view(open, entry));
      const last = items.at(-1);
      return { items, nextCursor: found.length > limit && last ? last.position : null };
    },
    verify: () => verifyNow(open),
    erase: (position) => open.turns.take(() => eraseNow(open, position)),
    eraseActor: (name) => open.turns.take(() => eraseActorNow(open, name)),
    erasePerson: (person) => open.turns.take(() => erasePersonNow(open, person)),
    async countPerson(person) {
      await journal.sync();
      return entriesOfPerson(open, person).length;
    },
    pseudonym: (name) => pseudonymOf(log, name),
    close: async () => undefined,
  };
}

function newId(): string {
  return randomBytes(12).toString("base64url");
}

function pseudonymOf({ pseudonymKey }: AuditLog, name: string): string {
  if (pseudonymKey === null) {
    throw new Error("the audit log has no key for pseudonyms yet");
  }
  const key = Buffer.from(pseudonymKey, "hex");
  return createHmac("sha256", key).update(name).digest("hex").slice(0, 32);
}

function linkOf({ text }: LoggedEntry): AuditLink {
  return JSON.parse(text) as AuditLink;
}

function view({ log }: OpenLog, entry: LoggedEntry): AuditEntry {
  const link = linkOf(entry);
  return auditView(link, log.payload(entry.id), log.name(link.actor));
}

/** Appends an entry, and `others` with it: all or none of it is in the log. */
async function appendNow(
  open: OpenLog,
  entry: NewAuditEntry,
  others: readonly JournalEntry[],
): Promise<AuditEntry> {
  const { log, journal } = open;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const id = newId();
    await journal.appendAll([...others, ...recordsOf(open, entry, id)]);
    const written = log.holds(id) && log.entries.findLast((known) => known.id === id);
    if (written) {
      return view(open, written);
    }
    await journal.append(`${auditKeys.payload}${id}`, null);
  }
  throw new JournalError("too many others write to the audit log at the moment");
}

function recordsOf(
  { log, clock }: OpenLog,
  { actor, action, subject, data }: NewAuditEntry,
  id: string,
): JournalEntry[] {
  const pseudonym = pseudonymOf(log, actor);
  const kept = { salt: randomBytes(16).toString("hex"), payload: JSON.stringify(data) };
  const link = createLink({
    position: log.head.position + 1,
    timeUnixMs: clock.now(),
    actor: pseudonym,
    action,
    subject,
    payloadDigest: digestOf(kept),
    previousHash: log.head.hash,
  });
  return [
    { key: `${auditKeys.link}${id}`, value: Buffer.from(linkText(link)) },
    { key: `${auditKeys.payload}${id}`, value: Buffer.from(payloadText(kept)) },
    { key: `${auditKeys.name}${pseudonym}`, value: Buffer.from(actor) },
  ];
}

async function verifyNow({ log, journal, journals, topic }: OpenLog): Promise<AuditVerdict> {
  await journal.sync();
  const known = [...log.entries];
  const found = createAuditLog();
  await journals.read(topic, (record) => found.apply(record));
  const verdict = verifyChain(found.texts(), found.head);
  const changedAt = firstDifference(known, found.entries);
  return changedAt === null
    ? verdict
    : { ...verdict, ok: false, brokenAt: Math.min(changedAt, verdict.brokenAt ?? Infinity) };
}

async function eraseNow(open: OpenLog, position: number): Promise<boolean> {
  await open.journal.sync();
  const entry = open.log.entries.find((known) => known.position === position);
  if (entry === undefined || open.log.payload(entry.id) === undefined) {
    return false;
  }
  await noteErasure(open, { subject: `audit/${position}`, entries: [entry] });
  return true;
}

async function eraseActorNow(open: OpenLog, name: string): Promise<number> {
  const { log, journal } = open;
  await journal.sync();
  const pseudonym = pseudonymOf(log, name);
  const entries = log.entries
    .filter(({ id }) => log.payload(id) !== undefined)
    .filter((entry) => linkOf(entry).actor === pseudonym);
  if (entries.length > 0 || log.name(pseudonym) !== undefined) {
    await noteErasure(open, { subject: `actor/${pseudonym}`, entries, forgotten: pseudonym });
  }
  return entries.length;
}

async function erasePersonNow(open: OpenLog, person: AuditPerson): Promise<number> {
  const { log, journal } = open;
  await journal.sync();
  const entries = entriesOfPerson(open, person);
  const pseudonym = pseudonymOf(log, person.name);
  const isNeeded = log.entries.map(linkOf).some((link) => {
    return link.actor === pseudonym && tenantOf(link) !== person.tenant;
  });
  const forgotten = isNeeded ? undefined : pseudonym;
  if (entries.length > 0) {
    await noteErasure(open, { subject: `actor/${pseudonym}`, entries, forgotten });
  } else if (forgotten !== undefined && log.name(forgotten) !== undefined) {
    await journal.appendAll(removals(open, { entries, forgotten }));
  }
  return entries.length;
}

/** Entries of a tenant whose payload is there and was made by, or mentions, a person. */
function entriesOfPerson({ log }: OpenLog, person: AuditPerson): LoggedEntry[] {
  const pseudonym = pseudonymOf(log, person.name);
  return log.entries.filter((entry) => {
    const text = log.payload(entry.id);
    const link = linkOf(entry);
    const isOwn = text !== undefined && tenantOf(link) === person.tenant;
    return isOwn && (link.actor === pseudonym || person.isMentioned(payloadOf(text)));
  });
}

interface Erasure {
  readonly entries: readonly LoggedEntry[];
  /** Pseudonym whose name goes. */
  readonly forgotten?: string | undefined;
}

/** An erasure leaves a trace of its own, or it could hide tampering. */
async function noteErasure(open: OpenLog, erasure: Erasure & { subject: string }): Promise<void> {
  const { subject, entries } = erasure;
  const data = { entries: entries.length };
  const note = { actor: eraser, action: eraseAction, subject, data };
  await appendNow(open, note, removals(open, erasure));
}

/** Also takes away what entries that came too late have left. */
function removals({ log }: OpenLog, { entries, forgotten }: Erasure): JournalEntry[] {
  const ids = [...entries.map(({ id }) => id), ...log.leftovers()];
  return [
    ...ids.map((id) => ({ key: `${auditKeys.payload}${id}`, value: null })),
    ...(forgotten === undefined ? [] : [{ key: `${auditKeys.name}${forgotten}`, value: null }]),
  ];
}
