import { definitionRules } from "../../../../analyzer/detectors/tools/definition-rules.ts";
import { lintRegex } from "../../../../analyzer/scan/lint-regex.ts";

describe("definition rules", () => {
  it.each(definitionRules.map((rule) => [rule.id, rule] as const))(
    "%s matches its sample",
    (_id, rule) => {
      expect(rule.pattern.test(rule.sample)).toBe(true);
    },
  );

  it("have patterns fit for hostile text", () => {
    expect(definitionRules.map(({ pattern }) => pattern).flatMap(lintRegex)).toEqual([]);
  });
});
