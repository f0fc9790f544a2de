import { benchPromptLeak } from "./prompt-leak.ts";
import { benchTextRobustness } from "./text-robustness.ts";
import { benchTextUnseen } from "./text-unseen.ts";

const tables: Readonly<Record<string, (dataDir: string) => void>> = {
  "--leaks": benchPromptLeak,
  "--robustness": benchTextRobustness,
  "--unseen": benchTextUnseen,
};

/** Prints the further tables of `bench -- content` that its options ask for; `--all` for all. */
export function benchTextClasses(dataDir: string, options: readonly string[]): void {
  for (const [option, print] of Object.entries(tables)) {
    if (options.includes(option) || options.includes("--all")) {
      print(dataDir);
    }
  }
}
