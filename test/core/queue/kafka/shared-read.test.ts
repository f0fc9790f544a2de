import { createSharedRead } from "../../../../core/queue/kafka/shared-read.ts";

describe("a shared read", () => {
  it("begins after each call that it answers, and answers many", async () => {
    let reads = 0;
    const ends: (() => void)[] = [];
    const read = createSharedRead(async () => {
      reads += 1;
      const mine = reads;
      await new Promise<void>((resolve) => {
        ends.push(resolve);
      });
      return mine;
    });
    const first = read();
    await new Promise(setImmediate);
    const others = [read(), read()];
    ends[0]?.();
    expect(await first).toBe(1);
    await new Promise(setImmediate);
    ends[1]?.();
    expect(await Promise.all(others)).toEqual([2, 2]);
  });

  it("tries again after a failure", async () => {
    let reads = 0;
    const read = createSharedRead(async () => {
      reads += 1;
      if (reads < 3) {
        throw new Error("away");
      }
      return reads;
    });
    expect(await read()).toBe(3);
    expect(await read()).toBe(4);
  });
});
