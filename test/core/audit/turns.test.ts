import { createTurns } from "../../../core/audit/turns.ts";

describe("turns", () => {
  it("run one after the other, in order", async () => {
    const turns = createTurns();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await new Promise(setImmediate);
      seen.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all([turns.take(work("a")), turns.take(work("b"))])).toEqual(["a", "b"]);
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  it("fail with the one before, and go on with the next", async () => {
    const turns = createTurns();
    const failing = turns.take(() => Promise.reject(new Error("away")));
    const waiting = turns.take(async () => "never");
    await expect(failing).rejects.toThrow("away");
    await expect(waiting).rejects.toThrow("away");
    expect(await turns.take(async () => "later")).toBe("later");
  });
});
