import { createOpenParts } from "../../core/open-parts.ts";

it("closes the newest part first, each once", async () => {
  const closed: string[] = [];
  const parts = createOpenParts();
  expect(parts.add("store", (part) => closed.push(part))).toBe("store");
  parts.add("queue", async (part) => {
    await Promise.resolve();
    closed.push(part);
  });
  await parts.close();
  await parts.close();
  expect(closed).toEqual(["queue", "store"]);
});

it("closes the rest when a part fails to close, and says so", async () => {
  const closed: string[] = [];
  const parts = createOpenParts();
  parts.add("store", (part) => closed.push(part));
  parts.add("queue", () => {
    throw new Error("stuck");
  });
  await expect(parts.close()).rejects.toThrow("stuck");
  expect(closed).toEqual(["store"]);
});
