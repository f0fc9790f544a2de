import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

export interface RuleFolder {
  readonly folder: string;
  readonly remove: () => void;
  /** Writes a file; every write has a later time than the ones before. */
  readonly write: (name: string, content: string | readonly object[]) => string;
}

/** A folder for rule files, removed by `remove`. */
export function ruleFolder(): RuleFolder {
  const folder = mkdtempSync(join(tmpdir(), "telltale-rules-"));
  let written = 0;
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    write(name: string, content: string | readonly object[]): string {
      const path = join(folder, name);
      writeFileSync(path, typeof content === "string" ? content : stringify({ rules: content }));
      written += 1;
      utimesSync(path, 1_800_000_000 + written, 1_800_000_000 + written);
      return path;
    },
  };
}

/** A rule for tokens of an invented company. */
export function acmeRule(change: object = {}): object {
  return {
    id: "acme-token",
    type: "secret_leak",
    severity: "critical",
    keywords: ["acme_"],
    pattern: "\\bacme_[a-z0-9]{16}\\b",
    mustMatch: [`deploy with ${acmeToken}`],
    mustPass: ["acme_example"],
    ...change,
  };
}

export const acmeToken = "acme_7d2f9b4c1e8a6053";
