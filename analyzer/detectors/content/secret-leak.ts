import type { Severity } from "../../../core/model/finding.ts";
import type { Content, Direction } from "../../../core/model/genai.ts";
import type { Sighting } from "../../redact/redactor.ts";
import { disguisedSecrets, mayBeDisguised } from "../disguised/find-disguised.ts";
import type { ContentDetector, ContentMatch, ContentSubject } from "./content-detector.ts";

/** Split off, so that scanners of source code do not take the examples for secrets. */
const random = "k7Qd2mXw9RzT4bHs1NvY8cJf6GpL3eW5uA0B";

/**
 * Secrets in telemetry: API keys, tokens, private keys, passwords. The redactor finds and masks
 * them in every attribute; this detector judges each by where it stood. A secret that leaves
 * (an answer, an outgoing call) weighs most; one that the agent read or was given weighs less.
 *
 * Measured by `npm run bench -- content`.
 */
export const secretLeak: ContentDetector = {
  id: "secret-leak",
  type: "secret_leak",
  ruleVersion: 1,
  examples: {
    mustMatch: [
      { direction: "output", text: `Your token is ghp_${random}.` },
      {
        direction: "tool_call",
        text: `{"header":"Authorization: Bearer ${random}"}`,
      },
      {
        direction: "tool_result",
        text: "DATABASE_URL=postgres://shop:k7Qd2mXw9@db.internal:5432/shop",
      },
      { direction: "output", text: 'The password: "k7Qd!2mXw9R"' },
    ],
    mustPass: [
      { direction: "output", text: "commit 3f786850e387550fdab836ed7e6dc881de23001b was deployed" },
      {
        direction: "output",
        text: "trace 4bf92f3577b34da6a3ce929d0e0e4736, id 123e4567-e89b-12d3-a456-426614174000",
      },
      {
        direction: "output",
        text: "Set GITHUB_TOKEN=<your token> and API_KEY=xxxxxxxxxxxxxxxxxxxx.",
      },
      { direction: "output", text: "const password = process.env.DB_PASSWORD" },
    ],
  },
  inspect: (subject) => {
    const worst = new Map<string, ContentMatch>();
    const sighted = subject.sightings.map((sighting) =>
      sighting.rule.personal === true || sighting.rule.user === true
        ? null
        : judge(sighting, subject),
    );
    for (const match of [...sighted, ...disguised(subject)]) {
      if (match === null) {
        continue;
      }
      const key = `${match.rule} ${match.maskedValue}`;
      const known = worst.get(key);
      if (known === undefined || match.score > known.score) {
        worst.set(key, match);
      }
    }
    return [...worst.values()];
  },
};

interface Weight {
  readonly score: number;
  readonly severity: Severity;
  readonly outcome: "attempt" | "success";
}

const weights: Readonly<Record<Direction | "elsewhere", Weight>> = {
  output: { score: 0.98, severity: "high", outcome: "success" },
  tool_call: { score: 0.97, severity: "high", outcome: "success" },
  elsewhere: { score: 0.95, severity: "high", outcome: "success" },
  tool_definition: { score: 0.9, severity: "medium", outcome: "success" },
  system: { score: 0.9, severity: "medium", outcome: "success" },
  retrieved: { score: 0.85, severity: "medium", outcome: "attempt" },
  tool_result: { score: 0.85, severity: "medium", outcome: "attempt" },
  input: { score: 0.8, severity: "low", outcome: "attempt" },
};

/** Directions from which a secret of an uncertain shape is a finding alone. */
const leaving = new Set<string>(["output", "tool_call", "elsewhere"]);

/** One class for any kind of secret: a leak of three keys is one leak; the rule names the kind. */
const targetClass = "credential";

/** Attributes whose contents repeat what earlier records held. */
const history = /^(?:gen_ai\.input\.messages|gen_ai\.prompt|llm\.input_messages|ai\.prompt)/;

/** The match for a secret, or `null` where it only repeats what an earlier record held. */
function judge(
  { rule, masked, location, excerpt }: Sighting,
  { contents, truncated = false, executed, failed }: ContentSubject,
): ContentMatch | null {
  const index = heaviest(masked, contents);
  const found = contents[index];
  if (found === undefined && !truncated && isHistory(location, contents)) {
    return null;
  }
  const place = found?.direction ?? (history.test(location) ? "input" : "elsewhere");
  const weight = weights[place];
  const sure = rule.confidence === "high";
  const start = found?.text.indexOf(masked) ?? 0;
  return {
    rule: rule.id,
    targetClass,
    score: sure ? weight.score : weight.score - 0.25,
    strength: sure || leaving.has(place) ? "strong" : "weak",
    severity: weight.severity,
    outcome: place === "tool_call" && (failed || !executed) ? "attempt" : weight.outcome,
    excerpt,
    maskedValue: masked,
    location: found?.location ?? location,
    tool: found?.tool ?? "",
    contentIndex: index,
    start,
    end: start + masked.length,
  };
}

/** True for messages that were read and in which this secret is not among what is new. */
function isHistory(location: string, contents: readonly Content[]): boolean {
  return history.test(location) && contents.some((content) => history.test(content.location));
}

/** The content with this mask in which a secret weighs most, or -1. */
function heaviest(masked: string, contents: readonly Content[]): number {
  let best = -1;
  let bestScore = 0;
  for (const [index, { direction, text }] of contents.entries()) {
    const { score } = weights[direction];
    if (score > bestScore && text.includes(masked)) {
      best = index;
      bestScore = score;
    }
  }
  return best;
}

/** Secrets that the redactor could not see; somebody took pains to hide them. */
function disguised({ contents, executed, failed }: ContentSubject): ContentMatch[] {
  if (!mayBeDisguised(contents)) {
    return [];
  }
  return contents.flatMap((content, index) =>
    disguisedSecrets(content.text).map(({ id, start, end, excerpt }) => {
      const { score, severity, outcome } = weights[content.direction];
      return {
        rule: id,
        targetClass,
        score,
        strength: "strong" as const,
        severity,
        outcome: content.direction === "tool_call" && (failed || !executed) ? "attempt" : outcome,
        excerpt,
        maskedValue: `[${id}]`,
        location: content.location,
        tool: content.tool,
        contentIndex: index,
        start,
        end,
      };
    }),
  );
}
