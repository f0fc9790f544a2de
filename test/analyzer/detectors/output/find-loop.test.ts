import { loopAtEnd } from "../../../../analyzer/detectors/output/find-loop.ts";

describe("loopAtEnd", () => {
  it.each([
    ["a phrase", "I think that ", 20],
    ["a letter", "a", 300],
    ["a sentence", "The next step is to look at the data once more and to say so. ", 6],
  ])("finds %s again and again", (_name, part, times) => {
    const loop = loopAtEnd(`A good start. ${part.repeat(times)}`);
    expect(loop?.end).toBe(14 + part.length * times);
    expect(loop?.start).toBeLessThanOrEqual(14);
    expect((loop?.period ?? 0) % part.length).toBe(0);
  });

  it("finds a loop that is cut in the middle", () => {
    expect(loopAtEnd("over and over ".repeat(30).slice(0, -5))).not.toBeNull();
  });

  it.each([
    ["prose", "It was late, the train was full, and nobody spoke a word. ".repeat(1)],
    ["a rule", "-".repeat(400)],
    ["rows of a table", "| --- | --- |\n".repeat(40)],
    ["zeros", "0, ".repeat(200)],
    ["few repeats", `${"x".repeat(20)} ${"no ".repeat(10)}`],
    [
      "a refrain",
      `${"We will, we will rock you. ".repeat(3)}Thank you and good night, all of you.`,
    ],
  ])("passes %s", (_name, text) => {
    expect(loopAtEnd(text)).toBeNull();
  });
});
