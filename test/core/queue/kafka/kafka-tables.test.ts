import { readAccounts, writeAccounts } from "../../../../core/queue/kafka/accounts.ts";
import { findRepeated, writeDigests } from "../../../../core/queue/kafka/digests.ts";
import type { OpenedStore } from "../../../../core/store/open-store.ts";
import { openMemoryStore } from "../../../helpers/memory-store.ts";

let store: OpenedStore;

beforeAll(async () => {
  store = await openMemoryStore();
});

afterAll(() => store.close());

const at = { topic: "otlp_logs", partition: 1 };
const now = Date.now();
const hourMs = 3_600_000;

function digest(offset: number, text: string, receivedAtUnixMs = now) {
  return { tenant: "shop", signal: "logs" as const, digest: text, offset, receivedAtUnixMs };
}

describe("digests", () => {
  test("of two with the same bytes the later one is repeated", async () => {
    const requests = [digest(10, "a"), digest(11, "b"), digest(12, "a"), digest(13, "a")];
    expect(await findRepeated(store.reads, at, requests, [])).toEqual(new Set([12, 13]));
    await writeDigests(store.writes, at, [digest(10, "a"), digest(11, "b")], "batch 1");
    expect(await findRepeated(store.reads, at, [digest(20, "a"), digest(21, "c")], [])).toEqual(
      new Set([20]),
    );
  });

  test("a batch that is handed out again does not repeat itself", async () => {
    await writeDigests(store.writes, at, [digest(30, "x"), digest(31, "y")], "batch 2");
    expect(await findRepeated(store.reads, at, [digest(30, "x"), digest(31, "y")], [])).toEqual(
      new Set(),
    );
  });

  test("after a day the same bytes count anew, and those of others are their own", async () => {
    await writeDigests(store.writes, at, [digest(40, "old", now - 24 * hourMs)], "batch 3");
    expect(await findRepeated(store.reads, at, [digest(41, "old")], [])).toEqual(new Set());
    const almost = digest(42, "old", now - hourMs);
    expect(await findRepeated(store.reads, at, [almost], [])).toEqual(new Set([42]));
    const another = { ...almost, tenant: "another" };
    expect(await findRepeated(store.reads, at, [another], [])).toEqual(new Set());
    expect(await findRepeated(store.reads, { ...at, partition: 2 }, [almost], [])).toEqual(
      new Set(),
    );
  });

  test("those of the batch before, which are not written down yet, are known", async () => {
    expect(await findRepeated(store.reads, at, [digest(51, "new")], [digest(50, "new")])).toEqual(
      new Set([51]),
    );
  });
});

test("accounts add up over batches; one that is written again changes nothing", async () => {
  const account = {
    tenant: "shop",
    signal: "logs" as const,
    stored: 0,
    rejected: {},
    deadLettered: 0,
  };
  const first = { ...at, from: 0, to: 9, batchId: "otlp_logs-1-0-9" };
  const second = { ...at, from: 10, to: 10, batchId: "otlp_logs-1-10-10" };
  const empty = { ...at, partition: 2, from: 5, to: 6, batchId: "otlp_logs-2-5-6" };
  for (let time = 0; time < 2; time += 1) {
    await writeAccounts(store.writes, first, [
      { ...account, received: 12, stored: 10, rejected: { duplicate: 1, "odd 'name": 1 } },
    ]);
    await writeAccounts(store.writes, second, [
      { ...account, received: 3, deadLettered: 1, rejected: { duplicate: 2 } },
    ]);
    await writeAccounts(store.writes, empty, []);
  }
  // Also when the token is known no more.
  await writeAccounts(store.writes, { ...second, batchId: "another token" }, [
    { ...account, received: 3, deadLettered: 1, rejected: { duplicate: 2 } },
  ]);
  const { accounts, next } = await readAccounts(store.reads);
  expect(accounts).toEqual([
    {
      tenant: "shop",
      signal: "logs",
      received: 15,
      stored: 10,
      rejected: { duplicate: 3, "odd 'name": 1 },
      deadLettered: 1,
    },
  ]);
  expect(next).toEqual(
    new Map([
      ["otlp_logs/1", 11],
      ["otlp_logs/2", 7],
    ]),
  );
});
