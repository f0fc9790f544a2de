import { shownReason } from "../../../core/queue/shown-reason.ts";
import { createApiClient } from "../../helpers/api-client.ts";
import { keySetting, openTestApi, type TestApi } from "../../helpers/test-api.ts";

const reason = "Code: 27. DB::Exception: Cannot parse input: expected '\"' before: 'my secret'";
const settings = {
  auth: {
    apiKeys: [
      keySetting("acme", "acme", ["read", "admin"]),
      keySetting("reader", "acme", ["read"]),
      keySetting("zeta", "zeta", ["read", "admin"]),
    ],
  },
};

let api: TestApi;
let ask: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  api = await openTestApi({ settings });
  ask = createApiClient(api.server);
});

afterAll(() => api.close());

interface Item {
  readonly position: number;
}

async function bury(tenant: string, records: number): Promise<number> {
  const result = await api.queue.producer.append({
    tenant,
    signal: "logs",
    receivedAtUnixMs: Date.UTC(2026, 10, 20),
    contentType: "json",
    contentEncoding: "identity",
    acceptedCount: records,
    rejectedOrdinals: [],
    rejected: { time_out_of_range: 1 },
    body: Buffer.from("my secret body"),
  });
  await api.queue.bury(reason);
  return result.status === "queued" ? result.position : -1;
}

function as(key: string) {
  return { authorization: `Bearer ${key}` };
}

async function list(key: string): Promise<Item[]> {
  const { body } = await ask<{ items: Item[] }>({ url: "/api/v1/dlq", headers: as(key) });
  return body.items;
}

async function accounting() {
  const [row] = await api.queue.producer.accounting("acme");
  return row;
}

it("lists what could not be stored without a word of it, to its tenant alone", async () => {
  const position = await bury("acme", 3);
  const answer = await ask({ url: "/api/v1/dlq", headers: as("reader") });
  expect(answer.body).toEqual({
    items: [
      {
        position,
        signal: "logs",
        receivedAt: "2026-11-20T00:00:00.000Z",
        failedAt: expect.any(String),
        records: 3,
        bytes: 14,
        contentType: "json",
        contentEncoding: "identity",
        reason: "Code: 27. DB::Exception: Cannot parse input: expected",
      },
    ],
    nextCursor: null,
  });
  expect(await list("zeta")).toEqual([]);
  const url = `/api/v1/dlq/${position}`;
  expect((await ask({ url, headers: as("zeta") })).status).toBe(404);
  const shown = await ask({ url, headers: as("acme") });
  expect(shown.body).toMatchObject({ readable: true, rejected: { time_out_of_range: 1 } });
  expect(JSON.stringify(shown.body)).not.toContain("secret");
});

it("pages", async () => {
  await bury("zeta", 1);
  await bury("acme", 1);
  const first = await ask<{ items: Item[]; nextCursor: string }>({
    url: "/api/v1/dlq?limit=1",
    headers: as("acme"),
  });
  const second = await ask<{ items: Item[]; nextCursor: null }>({
    url: `/api/v1/dlq?limit=1&cursor=${first.body.nextCursor}`,
    headers: as("acme"),
  });
  expect(second.body.items[0]?.position).toBeGreaterThan(first.body.items[0]?.position ?? 0);
  expect(second.body.nextCursor).toBeNull();
});

it("queues one again, and the accounting stays balanced", async () => {
  const [first] = await list("acme");
  const url = `/api/v1/dlq/${first?.position}/replay`;
  expect((await ask({ method: "POST", url, body: {}, headers: as("zeta") })).status).toBe(404);
  const { status } = await ask({ method: "POST", url, body: {}, headers: as("acme") });
  expect(status).toBe(200);
  expect(await accounting()).toMatchObject({ received: 6, deadLettered: 1, inFlight: 3 });
  expect((await ask({ method: "POST", url, body: {}, headers: as("acme") })).status).toBe(404);
  await api.queue.drain();
  expect(await accounting()).toMatchObject({
    received: 6,
    stored: 3,
    rejected: { time_out_of_range: 2 },
    deadLettered: 1,
    inFlight: 0,
  });
});

it("deletes one, which stays counted as dead-lettered", async () => {
  const before = await accounting();
  const [last] = await list("acme");
  const url = `/api/v1/dlq/${last?.position}/drop`;
  const { body } = await ask({ method: "POST", url, body: {}, headers: as("acme") });
  expect(body).toEqual({ dropped: true });
  expect(await list("acme")).toEqual([]);
  expect(await accounting()).toEqual(before);
  const { items } = await api.audit.list({ limit: 10, cursor: null });
  expect(items.map(({ action, actor, subject }) => [action, actor, subject])).toEqual([
    ["dead_letter.replay", "acme", expect.stringMatching(/^dead_letter\/acme\/\d+$/)],
    ["dead_letter.drop", "acme", `dead_letter/acme/${last?.position}`],
  ]);
});

it.each(["x", "-1", "1e3", "99999999999999999999", "%00"])("has no dead letter %s", async (id) => {
  const url = `/api/v1/dlq/${id}`;
  expect((await ask({ url, headers: as("acme") })).status).toBe(404);
});

it.each([
  [reason, "Code: 27. DB::Exception: Cannot parse input: expected"],
  ["expected a string, got hunter2", "expected a string,"],
  ["the queued bytes no longer decrypt", "the queued bytes no longer decrypt"],
  ["'hunter2' is wrong", "refused"],
  ["one\nhunter2", "one"],
  ["\u001b[31mred", "refused"],
])("shows %j as %j", (full, shown) => {
  expect(shownReason(full)).toBe(shown);
});
