import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isNotesEmpty, type NoteStore, openNotes } from "../../../collector/notes/note-store.ts";
import { describeKey } from "../../../core/keys/open-key.ts";

const key = describeKey("test", randomBytes(32));
const config = { maxBytes: 1_048_576, retentionDays: 10 };
const dayMs = 86_400_000;

let dir: string;
let nowUnixMs: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "telltale-notes-"));
  nowUnixMs = Date.parse("2026-11-20T12:00:00Z");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function using(use: (notes: NoteStore) => Promise<void>, options = {}): Promise<void> {
  const notes = openNotes({ dir, key, config, clock: { now: () => nowUnixMs }, ...options });
  try {
    await use(notes);
  } finally {
    await notes.close();
  }
}

const notes = (...pairs: [string, string][]) => new Map(pairs);

it("keeps notes across a restart", async () => {
  expect(await isNotesEmpty(dir)).toBe(true);
  await using((store) => store.put("acme", notes(["a1b2", "one"], ["a1b3", ""])));
  expect(await isNotesEmpty(dir)).toBe(false);
  await using(async (store) => {
    expect(store.get("acme", ["a1b2", "a1b3", "a1b4"])).toEqual(
      notes(["a1b2", "one"], ["a1b3", ""]),
    );
    expect(store.get("zeta", ["a1b2"])).toEqual(notes());
  });
});

it("does not open notes with another key", async () => {
  await using((store) => store.put("acme", notes(["a1b2", "one"])));
  await using(
    async (store) => {
      expect(() => store.get("acme", ["a1b2"])).toThrow("authenticate");
    },
    { key: describeKey("test", randomBytes(32)) },
  );
});

it("forgets notes after the retention and gives their room back", async () => {
  await using(async (store) => {
    await store.put("acme", notes(["a1b2", "x".repeat(900_000)]));
    nowUnixMs += 9 * dayMs;
    await expect(store.put("acme", notes(["a1b3", "y".repeat(900_000)]))).rejects.toThrow(
      "maxBytes",
    );
    expect([...store.get("acme", ["a1b2", "a1b3"]).keys()]).toEqual(["a1b2"]);
    nowUnixMs += 2 * dayMs;
    expect(store.get("acme", ["a1b2"])).toEqual(notes());
    await store.put("acme", notes(["a1b3", "y".repeat(900_000)]));
    expect([...store.get("acme", ["a1b2", "a1b3"]).keys()]).toEqual(["a1b3"]);
  });
});

it("erases what mentions a person, in one tenant", async () => {
  await using(async (store) => {
    await store.put("acme", notes(["a1b2", "by ada@shop.example"], ["a1b3", "by bob"]));
    await store.put("zeta", notes(["a1b2", "by ada@shop.example"]));
    const mentionsAda = (text: string) => text.includes("ada@shop.example");
    expect(store.countWhere("acme", mentionsAda)).toBe(1);
    expect(await store.eraseWhere("acme", mentionsAda)).toBe(1);
    expect([...store.get("acme", ["a1b2", "a1b3"]).keys()]).toEqual(["a1b3"]);
    expect(store.get("zeta", ["a1b2"]).size).toBe(1);
    expect(store.countWhere("acme", mentionsAda)).toBe(0);
  });
});
