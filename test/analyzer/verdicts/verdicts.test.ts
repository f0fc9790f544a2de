import { createRedactor } from "../../../analyzer/redact/redactor.ts";
import { createApiClient } from "../../helpers/api-client.ts";
import { seedStore } from "../../helpers/seed-store.ts";
import { openTestApi, type TestApi } from "../../helpers/test-api.ts";

const token = "ghp_k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0B";
const other = token.replace("k7Q", "z9T");
const mask = (text: string) => createRedactor("test").text(text, "body", []);

let api: TestApi;
let ask: ReturnType<typeof createApiClient>;

beforeAll(async () => {
  api = await openTestApi();
  ask = createApiClient(api.server);
  await seedStore(api.store.writes, "default");
  await seedStore(api.store.writes, "zeta");
});

afterAll(() => api.close());

let revision = 100;

async function setStatus(finding: string, status: string, actor = "local:ada"): Promise<void> {
  revision += 1;
  await api.store.writes.insert("finding_status", [
    {
      Tenant: "default",
      FindingId: finding,
      Status: status,
      Reason: "looked at it",
      Actor: actor,
      ChangedAt: "2026-11-20 12:00:00",
      Revision: revision,
    },
  ]);
  await api.guard.refresh();
}

async function detectors() {
  const { body } = await ask<{ items: { detector: string }[] }>({ url: "/api/v1/detectors" });
  return body.items;
}

/** A detection of a secret in the finding that is about secrets. */
async function detect(index: number, change: object = {}): Promise<void> {
  await api.store.writes.insert("detections", [
    {
      Tenant: "default",
      Fingerprint: "default-print-0",
      Id: `found-${index}`,
      Type: "secret_leak",
      Detector: "secret-leak",
      Rule: "github-token",
      Time: "2026-11-20T11:30:00Z",
      Service: "shop",
      MaskedValue: mask(token),
      ReceivedAt: "2026-11-20T11:30:00Z",
      Revision: 1,
      ...change,
    },
  ]);
}

async function judge(content: string, service: string) {
  const body = { direction: "output", content, context: { service } };
  return (await ask({ method: "POST", url: "/api/v1/guard", body })).body["action"];
}

it("shows per rule what people confirmed and refuted", async () => {
  const rule = { detector: "secrets", rule: "github-token", findings: 3 };
  expect(await detectors()).toEqual([{ ...rule, confirmed: 1, refuted: 0, precision: 1 }]);
  await setStatus("default-finding-1", "false_positive");
  expect(await detectors()).toEqual([{ ...rule, confirmed: 1, refuted: 1, precision: 0.5 }]);
  await setStatus("default-finding-2", "resolved", "telltale");
  expect(await detectors()).toEqual([{ ...rule, confirmed: 0, refuted: 1, precision: 0 }]);
});

it("does not hold a value against a place where it was judged harmless", async () => {
  await detect(1);
  await detect(2, { MaskedValue: mask(other), ReceivedAt: "2026-11-20T13:00:00Z" });
  expect(await judge(token, "shop")).toBe("redact");
  await setStatus("default-finding-0", "false_positive");
  expect(await judge(token, "shop")).toBe("allow");
  expect(await judge(token, "search")).toBe("redact");
  // Found after the verdict, so nobody judged it.
  expect(await judge(other, "shop")).toBe("redact");
});

it("only warns of what a rule finds that was mostly wrong", async () => {
  for (let index = 0; index < 5; index += 1) {
    const seen = { FirstSeen: "2026-11-20T11:00:00Z", LastSeen: "2026-11-20T12:00:00Z" };
    await api.store.writes.insert("findings", [
      {
        Tenant: "default",
        Id: `wrong-${index}`,
        Fingerprint: `wrong-print-${index}`,
        Type: "secret_leak",
        Occurrences: 1,
        Attribution: "[]",
        Revision: 1,
        ...seen,
      },
    ]);
    await detect(10 + index, { Fingerprint: `wrong-print-${index}`, Service: "batch" });
    await setStatus(`wrong-${index}`, "false_positive");
  }
  expect(await judge(other, "search")).toBe("warn");
});
