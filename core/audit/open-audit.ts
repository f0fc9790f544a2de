import { createHmac, randomBytes } from "node:crypto";
import type { Database, RootDatabase } from "lmdb";
import type { Clock } from "../clock.ts";
import { durably, openLmdb } from "../queue/open-lmdb.ts";
import type { Audit, AuditEntry, AuditPage, AuditPerson, NewAuditEntry } from "./audit.ts";
import {
  type AuditLink,
  type AuditPayload,
  createLink,
  digestOf,
  firstPreviousHash,
  linkText,
  payloadText,
} from "./audit-entry.ts";
import { auditView, payloadOf, tenantOf } from "./audit-view.ts";
import { verifyChain } from "./verify-chain.ts";

interface AuditTables {
  readonly root: RootDatabase;
  /** Position → the text of the link. */
  readonly links: Database<string, number>;
  /** Position → the text of salt and payload; gone once erased. */
  readonly payloads: Database<string, number>;
  /** Pseudonym → name; gone once erased. */
  readonly names: Database<string, string>;
  readonly meta: Database<string, string>;
}

interface OpenTables extends AuditTables {
  readonly clock: Clock;
  /** Install key of the pseudonyms: without it a name cannot be looked up by its hash. */
  readonly pseudonymKey: Buffer;
}

const eraseAction = "audit.erase";
const eraser = "telltale";

/** The audit log in an LMDB file of its own. */
export function openAudit({ dir, clock }: { dir: string; clock: Clock }): Audit {
  const root = openLmdb(dir);
  const stored: AuditTables = {
    root,
    links: root.openDB("links", { encoding: "string" }),
    payloads: root.openDB("payloads", { encoding: "string" }),
    names: root.openDB("names", { encoding: "string" }),
    meta: root.openDB("meta", { encoding: "string" }),
  };
  const pseudonymKey = root.transactionSync(() => readPseudonymKey(stored));
  const tables: OpenTables = { ...stored, clock, pseudonymKey };
  return {
    append: (entry) => durably(root, () => appendNow(tables, entry)),
    async list({ limit, cursor }) {
      root.resetReadTxn();
      return listNow(tables, limit, cursor);
    },
    async verify() {
      root.resetReadTxn();
      return verifyChain(storedTexts(tables), readHead(tables));
    },
    erase: (position) => durably(root, () => eraseNow(tables, position)),
    eraseActor: (name) => durably(root, () => eraseActorNow(tables, name)),
    erasePerson: (person) => durably(root, () => erasePersonNow(tables, person)),
    async countPerson(person) {
      root.resetReadTxn();
      return linksOfPerson(tables, person).length;
    },
    pseudonym: (name) => pseudonymOf(tables, name),
    close: () => root.close(),
  };
}

function readPseudonymKey({ meta }: AuditTables): Buffer {
  const known = meta.get("pseudonym_key");
  if (known !== undefined) {
    return Buffer.from(known, "hex");
  }
  const key = randomBytes(32);
  void meta.put("pseudonym_key", key.toString("hex"));
  return key;
}

function pseudonymOf({ pseudonymKey }: OpenTables, name: string): string {
  return createHmac("sha256", pseudonymKey).update(name).digest("hex").slice(0, 32);
}

function appendNow(
  tables: OpenTables,
  { actor, action, subject, data }: NewAuditEntry,
): AuditEntry {
  const pseudonym = pseudonymOf(tables, actor);
  const kept: AuditPayload = {
    salt: randomBytes(16).toString("hex"),
    payload: JSON.stringify(data),
  };
  const head = readHead(tables);
  const link = createLink({
    position: head.position + 1,
    timeUnixMs: tables.clock.now(),
    actor: pseudonym,
    action,
    subject,
    payloadDigest: digestOf(kept),
    previousHash: head.hash,
  });
  void tables.links.put(link.position, linkText(link));
  void tables.payloads.put(link.position, payloadText(kept));
  void tables.names.put(pseudonym, actor);
  void tables.meta.put("head", JSON.stringify({ position: link.position, hash: link.hash }));
  return view(tables, link);
}

function readHead({ meta }: AuditTables): { position: number; hash: string } {
  const text = meta.get("head");
  return text === undefined
    ? { position: 0, hash: firstPreviousHash }
    : (JSON.parse(text) as { position: number; hash: string });
}

function listNow(tables: OpenTables, limit: number, cursor: number | null): AuditPage {
  const range = tables.links.getRange({ start: (cursor ?? 0) + 1, limit: limit + 1 });
  const links = [...range].map(({ value }) => parseLink(value));
  const items = links.slice(0, limit).map((link) => view(tables, link));
  const last = items.at(-1);
  return { items, nextCursor: links.length > limit && last ? last.position : null };
}

function parseLink(text: string): AuditLink {
  return JSON.parse(text) as AuditLink;
}

function view(tables: OpenTables, link: AuditLink): AuditEntry {
  return auditView(link, tables.payloads.get(link.position), tables.names.get(link.actor));
}

function* storedTexts({ links, payloads }: AuditTables) {
  for (const { key, value } of links.getRange()) {
    yield { position: key, link: value, payload: payloads.get(key) };
  }
}

function eraseNow(tables: OpenTables, position: number): boolean {
  if (tables.payloads.get(position) === undefined) {
    return false;
  }
  void tables.payloads.remove(position);
  noteErasure(tables, `audit/${position}`, 1);
  return true;
}

function eraseActorNow(tables: OpenTables, name: string): number {
  const pseudonym = pseudonymOf(tables, name);
  const positions = [...tables.links.getRange()]
    .filter(({ value }) => parseLink(value).actor === pseudonym)
    .map(({ key }) => key)
    .filter((position) => tables.payloads.get(position) !== undefined);
  for (const position of positions) {
    void tables.payloads.remove(position);
  }
  const wasNamed = tables.names.get(pseudonym) !== undefined;
  void tables.names.remove(pseudonym);
  if (wasNamed || positions.length > 0) {
    noteErasure(tables, `actor/${pseudonym}`, positions.length);
  }
  return positions.length;
}

function erasePersonNow(tables: OpenTables, person: AuditPerson): number {
  const found = linksOfPerson(tables, person);
  for (const { position } of found) {
    void tables.payloads.remove(position);
  }
  const pseudonym = pseudonymOf(tables, person.name);
  const isNeeded = [...tables.links.getRange()].some(({ value }) => {
    const link = parseLink(value);
    return link.actor === pseudonym && tenantOf(link) !== person.tenant;
  });
  if (!isNeeded) {
    void tables.names.remove(pseudonym);
  }
  if (found.length > 0) {
    noteErasure(tables, `actor/${pseudonym}`, found.length);
  }
  return found.length;
}

/** Entries of a tenant whose payload is there and was made by, or mentions, a person. */
function linksOfPerson(tables: OpenTables, person: AuditPerson): AuditLink[] {
  const pseudonym = pseudonymOf(tables, person.name);
  return [...tables.links.getRange()]
    .map(({ value }) => parseLink(value))
    .filter((link) => {
      const text = tables.payloads.get(link.position);
      const isOwn = text !== undefined && tenantOf(link) === person.tenant;
      return isOwn && (link.actor === pseudonym || person.isMentioned(payloadOf(text)));
    });
}

/** An erasure leaves a trace of its own, or it could hide tampering. */
function noteErasure(tables: OpenTables, subject: string, entries: number): void {
  appendNow(tables, { actor: eraser, action: eraseAction, subject, data: { entries } });
}
