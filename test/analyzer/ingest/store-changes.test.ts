import { storeChanges } from "../../../analyzer/ingest/store-changes.ts";
import { readChange } from "../../../core/changes/read-changes.ts";
import type { Change } from "../../../core/model/change.ts";
import type { OpenedStore } from "../../../core/store/open-store.ts";
import { makeChange } from "../../helpers/change.ts";
import { openMemoryStore } from "../../helpers/memory-store.ts";

let store: OpenedStore;
let revision = 0;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

function arrive(changes: readonly Change[], id = `batch-${revision + 1}`) {
  revision += 1;
  return storeChanges(store, { id, receivedAtUnixMs: 1_795_000_000_000, revision }, changes);
}

const started = Date.parse("2026-11-20T10:00:00Z");

function deployment(id: string, parts: Partial<Change> = {}): Change {
  return makeChange({ changeId: id, timeUnixMs: started, ...parts });
}

it("completes a change by what later statements say and keeps what they leave out", async () => {
  const first = deployment("d1", { service: "shop", version: "1.8.0", status: "started" });
  await arrive([first]);
  const second = deployment("d1", { status: "succeeded", completedAtUnixMs: started + 60_000 });
  const { changed, duplicates } = await arrive([second]);
  expect(duplicates).toEqual([]);
  expect(changed).toEqual([{ ...first, status: "succeeded", completedAtUnixMs: started + 60_000 }]);
  expect(await readChange(store.reads, "default", "d1")).toMatchObject({
    service: "shop",
    version: "1.8.0",
    status: "succeeded",
    completedAt: "2026-11-20T10:01:00.000Z",
  });
});

it("counts a statement that says nothing new as a duplicate", async () => {
  await arrive([deployment("d2", { service: "shop" })]);
  const again = await arrive([deployment("d2", { service: "shop", source: "cdevents" })]);
  expect(again).toEqual({ changed: [], duplicates: ["default"] });
  const partly = await arrive([deployment("d2")]);
  expect(partly).toEqual({ changed: [], duplicates: ["default"] });
});

it("folds statements of one batch in their order", async () => {
  const { changed, duplicates } = await arrive([
    deployment("d3", { status: "started" }),
    deployment("d3", { status: "failed" }),
    deployment("d3", { status: "failed" }),
  ]);
  expect(changed.map(({ status }) => status)).toEqual(["failed"]);
  expect(duplicates).toEqual(["default"]);
});

it("gives the same result when a batch is stored again after a crash", async () => {
  const changes = [deployment("d4", { status: "started" })];
  const first = await arrive(changes, "same");
  revision -= 1;
  const second = await arrive(changes, "same");
  expect(second).toEqual(first);
  const rows = await store.reads.query(
    "SELECT 1 FROM changes FINAL WHERE Tenant = 'default' AND ChangeId = 'd4'",
  );
  expect(rows).toHaveLength(1);
});

it("keeps tenants apart", async () => {
  await arrive([deployment("d5", { service: "shop" })]);
  const theirs = deployment("d5", { tenant: "other" });
  expect(await arrive([theirs])).toEqual({ changed: [theirs], duplicates: [] });
  expect(await readChange(store.reads, "default", "d5")).toMatchObject({ service: "shop" });
});
