import { openMemoryStore } from "../../helpers/memory-store.ts";

describe("openStore", () => {
  it("refuses writes on the connection for reads", async () => {
    const store = await openMemoryStore();
    const insert = store.reads.insert("detector_heartbeats", [{ Tenant: "a" }]);
    await expect(insert).rejects.toMatchObject({ code: "164" });
    await store.close();
  });

  it("opens another folder once the first is closed", async () => {
    const store = await openMemoryStore();
    expect(await store.reads.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await store.close();
  });
});
