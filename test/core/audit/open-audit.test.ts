import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { type Database, open } from "lmdb";
import type { Audit, AuditEntry } from "../../../core/audit/audit.ts";
import { openAudit } from "../../../core/audit/open-audit.ts";

let dir = "";
let audit: Audit;
let unixMs = 0;
const clock = { now: () => unixMs };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "telltale-audit-"));
  unixMs = Date.UTC(2026, 10, 20, 10);
  audit = openAudit({ dir, clock });
});

afterEach(async () => {
  await audit.close();
  rmSync(dir, { recursive: true, force: true });
});

async function appendSome(): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (const [actor, action] of [
    ["local:ana", "proposal.approve"],
    ["telltale", "proposal.file"],
    ["local:ben", "proposal.reject"],
    ["local:ana", "finding.status"],
  ] as const) {
    const data = { reason: `because ${actor} says so` };
    entries.push(await audit.append({ actor, action, subject: "proposal/default/1", data }));
    unixMs += 1000;
  }
  return entries;
}

/** Changes stored texts behind the log's back. */
async function tamper(
  change: (table: (name: string) => Database<string, number>) => Promise<unknown>,
) {
  await audit.close();
  const root = open({ path: dir });
  await change((name) => root.openDB<string, number>(name, { encoding: "string" }));
  await root.close();
  audit = openAudit({ dir, clock });
}

describe("taking a person out", () => {
  function person(name: string, tenant: string) {
    return { name, tenant, isMentioned: (json: string) => json.includes(name) };
  }

  it("removes what they did and where they are mentioned, in one tenant", async () => {
    await appendSome();
    const about = { actor: "local:ben", action: "x", data: { reason: "local:ana asked" } };
    await audit.append({ ...about, subject: "finding/default/1" });
    await audit.append({ ...about, subject: "finding/other/1" });
    const ana = person("local:ana", "default");
    expect(await audit.countPerson(ana)).toBe(3);
    expect(await audit.erasePerson(ana)).toBe(3);
    expect(await audit.countPerson(ana)).toBe(0);
    const { items } = await audit.list({ limit: 20, cursor: null });
    expect(items.filter(({ erased }) => erased).map(({ position }) => position)).toEqual([1, 4, 5]);
    expect(items.map(({ actor }) => actor)).not.toContain("local:ana");
    expect(items[5]?.data).toEqual({ reason: "local:ana asked" });
    expect(await audit.verify()).toMatchObject({ ok: true });
  });

  it("keeps a name that entries of another tenant need", async () => {
    await appendSome();
    await audit.append({ actor: "local:ana", action: "x", subject: "finding/other/1", data: {} });
    await audit.erasePerson(person("local:ana", "default"));
    const { items } = await audit.list({ limit: 20, cursor: null });
    expect(items[4]).toMatchObject({ actor: "local:ana", erased: false });
  });

  it("does nothing, and notes nothing, the second time", async () => {
    await appendSome();
    await audit.erasePerson(person("local:ana", "default"));
    const before = await audit.verify();
    expect(await audit.erasePerson(person("local:ana", "default"))).toBe(0);
    expect(await audit.verify()).toEqual(before);
  });

  it("has a pseudonym for each name, other in another folder", async () => {
    expect(audit.pseudonym("ada")).toMatch(/^[0-9a-f]{32}$/);
    expect(audit.pseudonym("ada")).toBe(audit.pseudonym("ada"));
    expect(audit.pseudonym("ada")).not.toBe(audit.pseudonym("ben"));
    const other = mkdtempSync(join(tmpdir(), "telltale-audit-"));
    const foreign = openAudit({ dir: other, clock });
    expect(foreign.pseudonym("ada")).not.toBe(audit.pseudonym("ada"));
    await foreign.close();
    rmSync(other, { recursive: true });
  });
});

describe("the audit log", () => {
  it("lists entries oldest first, with names and data, page by page", async () => {
    const entries = await appendSome();
    const first = await audit.list({ limit: 3, cursor: null });
    expect(first.items).toEqual(entries.slice(0, 3));
    const second = await audit.list({ limit: 3, cursor: first.nextCursor });
    expect(second).toEqual({ items: entries.slice(3), nextCursor: null });
    expect(entries[0]).toMatchObject({
      position: 1,
      time: "2026-11-20T10:00:00.000Z",
      actor: "local:ana",
      previousHash: "0".repeat(64),
      erased: false,
      data: { reason: "because local:ana says so" },
    });
    expect(entries[1]?.previousHash).toBe(entries[0]?.hash);
  });

  it("verifies, also when empty, after a restart and after concurrent appends", async () => {
    expect(await audit.verify()).toEqual({ ok: true, entries: 0, brokenAt: null });
    await appendSome();
    await audit.close();
    audit = openAudit({ dir, clock });
    await Promise.all([appendSome(), appendSome()]);
    expect(await audit.verify()).toEqual({ ok: true, entries: 12, brokenAt: null });
  });
});

describe("verification", () => {
  it("finds the first altered byte of any entry or payload", async () => {
    await appendSome();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("links", "payloads"),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(),
        fc.integer({ min: 1, max: 127 }),
        async (name, position, at, flip) => {
          let original = "";
          await tamper(async (table) => {
            const texts = table(name);
            original = texts.get(position) ?? "";
            const bytes = Buffer.from(original);
            bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ flip, at % bytes.length);
            await texts.put(position, bytes.toString("latin1"));
          });
          expect(await audit.verify()).toEqual({ ok: false, entries: 4, brokenAt: position });
          await tamper((table) => table(name).put(position, original));
          expect(await audit.verify()).toMatchObject({ ok: true });
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    {
      name: "a removed entry",
      at: 2,
      change: (links: Database<string, number>) => links.remove(2),
    },
    { name: "a cut-off end", at: 4, change: (links: Database<string, number>) => links.remove(4) },
    {
      name: "an entry in another's place",
      at: 2,
      change: (links: Database<string, number>) => links.put(2, links.get(3) ?? ""),
    },
    {
      name: "an entry put in at the end",
      at: 5,
      change: (links: Database<string, number>) => links.put(5, links.get(4) ?? ""),
    },
  ])("finds $name", async ({ at, change }) => {
    await appendSome();
    await tamper((table) => change(table("links")));
    expect(await audit.verify()).toMatchObject({ ok: false, brokenAt: at });
  });
});

describe("erasure", () => {
  it("of a person removes name and data, leaves a trace, and the chain verifies", async () => {
    const before = await appendSome();
    expect(await audit.eraseActor("local:ana")).toBe(2);
    const { items } = await audit.list({ limit: 10, cursor: null });
    expect(items.map(({ erased }) => erased)).toEqual([true, false, false, true, false]);
    expect(items[0]).toMatchObject({ data: null, hash: before[0]?.hash });
    expect(items[0]?.actor).toMatch(/^[0-9a-f]{32}$/);
    expect(items[0]?.actor).toBe(items[3]?.actor);
    expect(items[2]?.actor).toBe("local:ben");
    expect(items[4]).toMatchObject({
      actor: "telltale",
      action: "audit.erase",
      subject: `actor/${items[0]?.actor}`,
      data: { entries: 2 },
    });
    expect(await audit.verify()).toEqual({ ok: true, entries: 5, brokenAt: null });
  });

  it("of a person who is unknown does nothing", async () => {
    await appendSome();
    expect(await audit.eraseActor("local:nobody")).toBe(0);
    expect(await audit.verify()).toMatchObject({ entries: 4 });
  });

  it("of one entry removes its data once", async () => {
    await appendSome();
    expect(await audit.erase(3)).toBe(true);
    expect(await audit.erase(3)).toBe(false);
    expect(await audit.erase(99)).toBe(false);
    const { items } = await audit.list({ limit: 10, cursor: null });
    expect(items[2]).toMatchObject({ erased: true, data: null, actor: "local:ben" });
    expect(await audit.verify()).toMatchObject({ ok: true, entries: 5 });
  });

  it("leaves no chance to confirm a guessed payload: equal data has different digests", async () => {
    const entry = { actor: "a", action: "b", subject: "c", data: { same: true } };
    await audit.append(entry);
    await audit.append(entry);
    await audit.close();
    const root = open({ path: dir });
    const links = root.openDB<string, number>("links", { encoding: "string" });
    const digests = [1, 2].map((position) => JSON.parse(links.get(position) ?? "").payloadDigest);
    await root.close();
    audit = openAudit({ dir, clock });
    expect(digests[0]).not.toBe(digests[1]);
  });

  it("is not undone by the file: the erased words are in none of its live pages", async () => {
    await audit.append({ actor: "x", action: "y", subject: "z", data: { words: "erase-me-now" } });
    expect(
      readdirSync(dir).some((file) => readFileSync(join(dir, file)).includes("erase-me-now")),
    ).toBe(true);
    await audit.eraseActor("x");
    // Freed pages keep their old bytes until they are used again; more entries use them.
    for (let index = 0; index < 20; index += 1) {
      await appendSome();
    }
    await audit.close();
    const found = readdirSync(dir).some((file) =>
      readFileSync(join(dir, file)).includes("erase-me-now"),
    );
    audit = openAudit({ dir, clock });
    expect(found).toBe(false);
  });
});
