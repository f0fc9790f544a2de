import { createCommitFront } from "../../../analyzer/stages/commit-front.ts";

it("commits behind what is dealt with, but not behind traces that are still in memory", () => {
  const front = createCommitFront(1000);
  expect(front.committable(0)).toBeNull();
  front.taken(4, false, 0);
  expect(front.committable(0)).toBe(5);
  front.taken(5, true, 10);
  front.taken(6, false, 20);
  front.taken(7, true, 500);
  expect(front.committable(600)).toBe(5);
  expect(front.committable(1010)).toBe(7);
  expect(front.committable(1500)).toBe(8);
});
