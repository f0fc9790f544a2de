import { freeMemory } from "../../core/free-memory.ts";

it("frees memory of its own at once, also that of a part of it", () => {
  const whole = Buffer.allocUnsafeSlow(1 << 20);
  const part = whole.subarray(10, 20);
  freeMemory(part);
  expect([part.length, whole.length]).toEqual([0, 0]);
});

it("leaves the pool alone that other buffers lie in", () => {
  const neighbor = Buffer.from("neighbor");
  freeMemory(Buffer.from("pooled"));
  expect(neighbor.toString()).toBe("neighbor");
});
