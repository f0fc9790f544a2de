import { createListeners } from "../../core/listeners.ts";

describe("listeners", () => {
  it("are called with each value until they leave, each registration for itself", () => {
    const listeners = createListeners<number>();
    const seen: number[] = [];
    const listener = (value: number) => void seen.push(value);
    const leave = listeners.subscribe(listener);
    listeners.subscribe(listener);
    listeners.notify(1);
    leave();
    listeners.notify(2);
    expect(seen).toEqual([1, 1, 2]);
  });
});
