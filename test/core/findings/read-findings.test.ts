import {
  findingPageRule,
  listFindings,
  readFinding,
} from "../../../core/findings/read-findings.ts";
import { decodeCursor } from "../../../core/http/paging.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { findingRow } from "../../helpers/finding-row.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
  await store.writes.insert("findings", [
    findingRow({ Id: "a", LastSeen: "2026-11-20T10:00:00Z" }),
    findingRow({ Id: "b", LastSeen: "2026-11-20T10:00:00Z", Service: "cart" }),
    findingRow({ Id: "c", LastSeen: "2026-11-19T10:00:00Z", Type: "jailbreak" }),
    findingRow({ Id: "d", LastSeen: "2026-11-18T10:00:00Z" }),
    findingRow({ Id: "e", LastSeen: "2026-11-17T10:00:00Z" }),
    findingRow({ Id: "f", LastSeen: "2026-11-20T10:00:00Z", Tenant: "other" }),
  ]);
  await store.writes.insert("finding_status", [
    status("c", "muted", "2000-01-01T00:00:00Z"),
    status("d", "muted", "2100-01-01T00:00:00Z"),
    status("e", "resolved", null),
  ]);
  await store.writes.insert("proposals", [
    {
      Tenant: "default",
      Id: "p1",
      FindingIds: ["a", "x"],
      CreatedAt: "2026-11-20T10:00:00Z",
      UpdatedAt: "2026-11-20T10:00:00Z",
      Revision: 1,
    },
  ]);
});

afterAll(async () => {
  await store.close();
});

function status(id: string, value: string, until: string | null): object {
  return {
    Tenant: "default",
    FindingId: id,
    Status: value,
    Reason: "because",
    Until: until,
    Actor: "local:test",
    ChangedAt: "2026-11-20T10:00:00Z",
    Revision: 1,
  };
}

async function ids(filter: Parameters<typeof listFindings>[2]): Promise<string[]> {
  const page = { limit: 10, after: null };
  const { items } = await listFindings(store.reads, "default", filter, page);
  return items.map(({ id }) => id);
}

describe("listFindings", () => {
  it.each([
    { name: "all, seen last first", filter: {}, expected: ["b", "a", "c", "d", "e"] },
    { name: "a service", filter: { service: "cart" }, expected: ["b"] },
    { name: "a type", filter: { type: "jailbreak" as const }, expected: ["c"] },
    {
      name: "open ones, a mute that ended included",
      filter: { status: "open" as const },
      expected: ["b", "a", "c"],
    },
    { name: "muted ones", filter: { status: "muted" as const }, expected: ["d"] },
    { name: "resolved ones", filter: { status: "resolved" as const }, expected: ["e"] },
    {
      name: "those last seen since a time",
      filter: { sinceUnixMs: Date.parse("2026-11-19T10:00:00Z") },
      expected: ["b", "a", "c"],
    },
    { name: "nothing for an unknown service", filter: { service: "' OR 1=1 --" }, expected: [] },
  ])("gives $name", async ({ filter, expected }) => {
    expect(await ids(filter)).toEqual(expected);
  });

  it("pages without gaps or repetitions", async () => {
    const seen: string[] = [];
    let after: ReturnType<typeof decodeCursor> | null = null;
    do {
      const page = await listFindings(store.reads, "default", {}, { limit: 2, after });
      seen.push(...page.items.map(({ id }) => id));
      after = page.nextCursor === null ? null : decodeCursor(page.nextCursor, findingPageRule.key);
    } while (after !== null);
    expect(seen).toEqual(["b", "a", "c", "d", "e"]);
  });

  it("shows items with their proposals and without evidence", async () => {
    const page = { limit: 2, after: null };
    const { items } = await listFindings(store.reads, "default", {}, page);
    expect(items.map(({ proposals }) => proposals)).toEqual([[], ["p1"]]);
    expect(items.some((item) => "evidence" in item)).toBe(false);
  });
});

describe("readFinding", () => {
  it("gives the status in force with its reason", async () => {
    expect(await readFinding(store.reads, "default", "d")).toMatchObject({
      status: "muted",
      statusReason: "because",
      evidence: [],
    });
  });

  it("gives null for an unknown id and for one of another tenant", async () => {
    expect(await readFinding(store.reads, "default", "nope")).toBeNull();
    expect(await readFinding(store.reads, "default", "f")).toBeNull();
  });
});
