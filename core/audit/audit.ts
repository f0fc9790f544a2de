import type { AuditVerdict } from "./verify-chain.ts";

export interface NewAuditEntry {
  /** Who: `telltale`, `local:<os user>` or an API key's name. Stored under a pseudonym. */
  readonly actor: string;
  readonly action: string;
  /** What it was done to, as an id. It cannot be erased, so it must not name a person. */
  readonly subject: string;
  /** Can be erased. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An entry as people see it. */
export interface AuditEntry {
  /** 1 for the first entry, without gaps. */
  readonly position: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The name, or the pseudonym once the person was erased. */
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly hash: string;
  readonly previousHash: string;
  readonly erased: boolean;
  /** Null once erased. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

export interface AuditPage {
  readonly items: AuditEntry[];
  readonly nextCursor: number | null;
}

/** Whom an erasure is about, in the entries of one tenant. */
export interface AuditPerson {
  readonly tenant: string;
  readonly name: string;
  readonly isMentioned: (json: string) => boolean;
}

/** Tamper-evident log of who did what; people can be erased from it without breaking it. */
export interface Audit {
  /** Durable when resolved. */
  append(entry: NewAuditEntry): Promise<AuditEntry>;
  /** Oldest first; `cursor` is the `nextCursor` of the page before, or null. */
  list(page: { readonly limit: number; readonly cursor: number | null }): Promise<AuditPage>;
  /** Reads the whole chain. */
  verify(): Promise<AuditVerdict>;
  /** Removes payload and salt of one entry and says so in a new one; false when there is none. */
  erase(position: number): Promise<boolean>;
  /** Removes a person's name, and payload and salt of their entries; returns how many entries. */
  eraseActor(name: string): Promise<number>;
  /**
   * Removes payload and salt of a tenant's entries that a person made or whose data (as JSON)
   * mentions the person, and the name itself where no entry of another tenant needs it; returns
   * how many.
   */
  erasePerson(person: AuditPerson): Promise<number>;
  /** Entries that `erasePerson` would change. */
  countPerson(person: AuditPerson): Promise<number>;
  /** Keyed hash of a name: the same for the same name, and of no use without the data folder. */
  pseudonym(name: string): string;
  close(): Promise<void>;
}
