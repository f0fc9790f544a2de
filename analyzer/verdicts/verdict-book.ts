import type { Store } from "../../core/store/store.ts";
import type { AttributedMatch } from "../inspect/content-scanner.ts";
import {
  precisionOf,
  type RefutedValue,
  readRefutedValues,
  readVerdicts,
} from "./read-verdicts.ts";

/** What people's verdicts taught, in memory. */
export interface VerdictBook {
  /** Matches as people would have them: without what they judged harmless, weak where mistrusted. */
  judged(place: VerdictPlace, matches: readonly AttributedMatch[]): readonly AttributedMatch[];
  /** Compares with the store; what is known stays when that fails. */
  refresh(): Promise<void>;
}

export interface VerdictPlace {
  readonly tenant: string;
  readonly service: string;
  readonly tool: string;
}

/** Verdicts on a rule from which its precision counts. */
const enoughVerdicts = 5;

/** Below it what the rule finds is an observation. */
const trustedPrecision = 0.5;

const newest = "SELECT toString(max(Revision)) AS revision FROM finding_status";

export function createVerdictBook(reads: Store): VerdictBook {
  let harmless: ReadonlySet<string> = new Set();
  let mistrusted: ReadonlySet<string> = new Set();
  let seen = "";
  return {
    judged: (place, matches) =>
      harmless.size + mistrusted.size === 0
        ? matches
        : matches
            .filter((match) => !harmless.has(valueKey({ ...place, ...match }, match.maskedValue)))
            .map((match) =>
              mistrusted.has(ruleKey(place.tenant, match)) ? weakened(match) : match,
            ),
    async refresh() {
      const [state] = await reads.query<{ revision: string }>(newest);
      const found = state?.revision ?? "";
      if (found === seen) {
        return;
      }
      const values = await readRefutedValues(reads);
      const verdicts = await readVerdicts(reads, "");
      harmless = new Set(values.map((each) => valueKey(each, each.value)));
      mistrusted = new Set(
        verdicts
          .filter((each) => each.confirmed + each.refuted >= enoughVerdicts)
          .filter((each) => (precisionOf(each) ?? 1) < trustedPrecision)
          .map((each) => ruleKey(each.tenant, each)),
      );
      seen = found;
    },
  };
}

function weakened(match: AttributedMatch): AttributedMatch {
  return { ...match, strength: "weak" };
}

function ruleKey(tenant: string, { detector, rule }: Pick<RefutedValue, "detector" | "rule">) {
  return JSON.stringify([tenant, detector, rule]);
}

function valueKey(
  place: Pick<RefutedValue, "tenant" | "service" | "tool" | "detector" | "rule">,
  value: string,
): string {
  const { tenant, service, tool, detector, rule } = place;
  return JSON.stringify([tenant, service, tool, detector, rule, value]);
}
