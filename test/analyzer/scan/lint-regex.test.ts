import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { instructionRules } from "../../../analyzer/detectors/injection/instruction-rules.ts";
import { secretRules } from "../../../analyzer/redact/rules/secret-rules.ts";
import { lintRegex } from "../../../analyzer/scan/lint-regex.ts";

const root = fileURLToPath(new URL("../../../analyzer/", import.meta.url));

describe("lintRegex", () => {
  it.each([/(a+)*b/, /(?:a*b?)+/, /x.*y/, /((a|b)+c){2,}/, /(a)\1/])("refuses %s", (pattern) => {
    expect(lintRegex(pattern)).not.toEqual([]);
  });

  it.each([/a+b/, /(?:ab){0,9}/, /[^.]{0,40}c/, /\.(?:com|net)/, /(?:a{1,3}b){1,5}/])(
    "accepts %s",
    (pattern) => {
      expect(lintRegex(pattern)).toEqual([]);
    },
  );

  it("accepts every pattern of every rule", () => {
    const patterns = [...secretRules, ...instructionRules].map(({ pattern }) => pattern);
    expect(patterns.length).toBeGreaterThan(200);
    expect(patterns.flatMap(lintRegex)).toEqual([]);
  });

  it("accepts every literal that runs on telemetry", () => {
    const literals = [
      "scan",
      "redact",
      "normalize",
      "trace",
      "detectors/shell",
      "detectors/links",
      "detectors/content",
      "detectors/hidden",
      "detectors/output",
      "detectors/prompt-leak",
    ].flatMap((folder) => literalsOf(join(root, folder)));
    expect(literals.length).toBeGreaterThan(80);
    expect(literals.flatMap(lintRegex)).toEqual([]);
  });
});

/** Regular expression literals as they stand after an operator, a bracket or a comma. */
const literal =
  /(?<=[=(,:!|&?[]\s{0,20})\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([dgimsuvy]{0,6})(?=[.;,)\s])/g;

function literalsOf(folder: string): RegExp[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return files.flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(literal)].map(
      ([, source = "", flags = ""]) => new RegExp(source, flags),
    ),
  );
}
