import { createApiClient } from "../../helpers/api-client.ts";
import { openTestApi, type TestApi } from "../../helpers/test-api.ts";

interface List {
  readonly items: { readonly position: number; readonly subject: string }[];
  readonly nextCursor: string | null;
  readonly chain?: object;
}

let api: TestApi;
let ask: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  api = await openTestApi();
  ask = createApiClient(api.server);
  for (let number = 1; number <= 6; number += 1) {
    const tenant = number % 2 === 0 ? "other" : "default";
    const subject = `proposal/${tenant}/${number}`;
    await api.audit.append({ actor: "ada", action: "x", subject, data: { number } });
  }
});

afterAll(() => api.close());

it("shows the tenant's entries, oldest first, each chained to the one before", async () => {
  const { body } = await ask<List>({ url: "/api/v1/audit" });
  expect(body.items.map(({ position }) => position)).toEqual([1, 3, 5]);
  expect(body.items[0]).toMatchObject({
    actor: "ada",
    action: "x",
    subject: "proposal/default/1",
    previousHash: "0".repeat(64),
    erased: false,
    data: { number: 1 },
  });
  expect(body).not.toHaveProperty("chain");
});

it("pages without gaps or repeats", async () => {
  const seen: number[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const url: string = `/api/v1/audit?limit=2&cursor=${cursor}`;
    const { body }: { body: List } = await ask<List>({ url });
    seen.push(...body.items.map(({ position }) => position));
    cursor = body.nextCursor;
  }
  expect(seen).toEqual([1, 3, 5]);
});

it("verifies the whole chain on request", async () => {
  const { body } = await ask<List>({ url: "/api/v1/audit?verify=true" });
  expect(body.chain).toEqual({ ok: true, entries: 6, brokenAt: null });
});

it("shows that an entry was erased, and the chain still holds", async () => {
  await api.audit.erase(3);
  const { body } = await ask<List>({ url: "/api/v1/audit?verify=true" });
  expect(body.items[1]).toMatchObject({ position: 3, erased: true, data: null });
  expect(body.items.at(-1)).toMatchObject({ subject: "audit/3" });
  expect(body.chain).toMatchObject({ ok: true, entries: 7 });
});

it.each(["verify=yes", "limit=1001", "cursor=abc"])("refuses %s", async (query) => {
  expect((await ask({ url: `/api/v1/audit?${query}` })).status).toBe(400);
});
