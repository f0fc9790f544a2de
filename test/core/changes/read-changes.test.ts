import { changePageRule, listChanges, readChange } from "../../../core/changes/read-changes.ts";
import { decodeCursor } from "../../../core/http/paging.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { insertChanges, makeChange } from "../../helpers/change.ts";
import { findingRow } from "../../helpers/finding-row.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;
const begin = Date.parse("2026-11-20T08:00:00Z");
const quoted = `dep-"1'\\`;

beforeAll(async () => {
  store = await openMemoryStore();
  await insertChanges(store.writes, [
    makeChange({ changeId: quoted, service: "shop", timeUnixMs: begin }),
    makeChange({ changeId: "dep-2", service: "shop", timeUnixMs: begin + 1000 }),
    makeChange({ changeId: "m", kind: "model", service: "cart", timeUnixMs: begin + 2000 }),
    makeChange({ changeId: "dep-2", tenant: "other", timeUnixMs: begin }),
  ]);
  const attribution = [
    { changeId: quoted, kind: "deployment", probability: 0.75, reasons: ["because"] },
    { changeId: null, kind: "none", probability: 0.25, reasons: [] },
  ];
  await store.writes.insert("findings", [
    findingRow({ Id: "a", Attribution: JSON.stringify(attribution) }),
    findingRow({ Id: "b" }),
    findingRow({ Id: "c", Tenant: "other", Attribution: JSON.stringify(attribution) }),
  ]);
});

afterAll(async () => {
  await store.close();
});

describe("listChanges", () => {
  it.each([
    { name: "all, newest first", filter: {}, expected: ["m", "dep-2", quoted] },
    { name: "a kind", filter: { kind: "model" as const }, expected: ["m"] },
    { name: "a service", filter: { service: "shop" }, expected: ["dep-2", quoted] },
    { name: "those since a time", filter: { sinceUnixMs: begin + 1000 }, expected: ["m", "dep-2"] },
  ])("gives $name", async ({ filter, expected }) => {
    const page = { limit: 10, after: null };
    const { items, nextCursor } = await listChanges(store.reads, "default", filter, page);
    expect(items.map(({ id }) => id)).toEqual(expected);
    expect(nextCursor).toBeNull();
  });

  it("pages without gaps or repetitions", async () => {
    const first = await listChanges(store.reads, "default", {}, { limit: 2, after: null });
    const after = decodeCursor(first.nextCursor, changePageRule.key);
    const second = await listChanges(store.reads, "default", {}, { limit: 2, after });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(["m", "dep-2", quoted]);
    expect(second.nextCursor).toBeNull();
  });
});

describe("readChange", () => {
  it("gives a change with its downstream findings, whatever its id is made of", async () => {
    expect(await readChange(store.reads, "default", quoted)).toMatchObject({
      id: quoted,
      kind: "deployment",
      time: "2026-11-20T08:00:00.000Z",
      startedAt: null,
      findings: [{ findingId: "a", probability: 0.75 }],
    });
  });

  it("gives null for an unknown id", async () => {
    expect(await readChange(store.reads, "default", "nope")).toBeNull();
  });
});
