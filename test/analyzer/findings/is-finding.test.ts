import { isFinding } from "../../../analyzer/findings/is-finding.ts";

describe("isFinding", () => {
  it.each([
    {
      name: "one weak detection is an observation",
      strong: 0,
      rules: 1,
      repeats: 1,
      finding: false,
    },
    { name: "one strong detection is a finding", strong: 1, rules: 1, repeats: 1, finding: true },
    { name: "two weak rules are a finding", strong: 0, rules: 2, repeats: 1, finding: true },
    { name: "a second session is a finding", strong: 0, rules: 1, repeats: 2, finding: true },
  ])("$name", ({ finding, ...support }) => {
    expect(isFinding(support)).toBe(finding);
  });
});
