import type { Severity } from "../../../core/model/finding.ts";
import type { Direction } from "../../../core/model/genai.ts";
import {
  createPersonalDataFinder,
  type FoundPersonalData,
} from "../../redact/personal/find-personal-data.ts";
import { personalRules } from "../../redact/personal/personal-rules.ts";
import type { Sighting } from "../../redact/redactor.ts";
import { disguisedPersonalData, mayBeDisguised } from "../disguised/find-disguised.ts";
import type { ContentDetector, ContentMatch, ContentSubject } from "./content-detector.ts";

const find = createPersonalDataFinder(personalRules, { cells: true });

/**
 * Personal data in what goes to and comes from a model: identity, tax, health, passport and
 * bank numbers of some 40 countries by their check digits, and addresses, phone numbers and
 * plates where a word names them. Numbers for life are masked by the redactor before storage
 * and arrive as sightings; the rest is looked for in the contents.
 *
 * Measured by `npm run bench -- content`.
 */
export const piiLeak: ContentDetector = {
  id: "pii-leak",
  type: "pii_leak",
  ruleVersion: 1,
  examples: {
    mustMatch: [
      { direction: "output", text: "Her card is 4556 7375 8689 9855, valid until 2029." },
      { direction: "output", text: "Refund to GB33 BUKB 2020 1555 5555 55, please." },
      { direction: "output", text: "The patient's social security number is 536-22-8726." },
      { direction: "tool_call", text: '{"note":"CPF 529.982.247-25"}' },
      { direction: "output", text: "You can reach me by phone at +49 30 901820." },
      { direction: "output", text: "my email is anna.berg@shop.example" },
      { direction: "output", text: "Meine Steuer-ID lautet 86095742719." },
    ],
    mustPass: [
      { direction: "output", text: "Order 4556737586899 shipped on 2026-11-20 at 10:20:30." },
      { direction: "output", text: "commit 3f786850e387550fdab836ed7e6dc881de23001b" },
      {
        direction: "output",
        text: "trace 123e4567-e89b-12d3-a456-426614174000 took 1700000000000 ms",
      },
      {
        direction: "output",
        text: "git clone git@github.example:shop/web.git, version 1.20.300-4",
      },
      { direction: "output", text: "Set the port to 8080 and the size to 1,048,576 bytes." },
      { direction: "tool_result", text: '{"email":"anna.berg@shop.example","id":10023}' },
    ],
  },
  inspect: (subject) => {
    const worst = new Map<string, ContentMatch>();
    for (const match of [...masked(subject), ...unmasked(subject), ...disguised(subject)]) {
      const key = `${match.rule} ${match.maskedValue}`;
      const known = worst.get(key);
      if (known === undefined || match.score > known.score) {
        worst.set(key, match);
      }
    }
    return [...worst.values()].slice(0, most);
  },
};

const most = 50;

/** How much personal data weighs where it stood; leaving weighs most. */
const weights: Readonly<Record<Direction | "elsewhere", readonly [number, Severity]>> = {
  output: [0.9, "medium"],
  tool_call: [0.85, "medium"],
  elsewhere: [0.8, "low"],
  input: [0.7, "low"],
  retrieved: [0.65, "informational"],
  tool_result: [0.65, "informational"],
  system: [0.7, "low"],
  tool_definition: [0.7, "low"],
};

/** What the redactor masked. */
function masked({ contents, sightings }: ContentSubject): ContentMatch[] {
  return sightings.flatMap((sighting) => {
    if (sighting.rule.personal !== true) {
      return [];
    }
    const index = contents.findIndex(({ text }) => text.includes(sighting.masked));
    return [fromSighting(sighting, contents, index)];
  });
}

function fromSighting(
  { rule, masked: value, excerpt, location }: Sighting,
  contents: ContentSubject["contents"],
  index: number,
): ContentMatch {
  const content = contents[index];
  const [score, severity] = weights[content?.direction ?? "elsewhere"];
  const start = content?.text.indexOf(value) ?? 0;
  return {
    rule: rule.id,
    targetClass: rule.id,
    score,
    strength: "strong",
    severity,
    outcome: leaves(content?.direction) ? "success" : "attempt",
    excerpt,
    maskedValue: value,
    location: content?.location ?? location,
    tool: content?.tool ?? "",
    contentIndex: index,
    start,
    end: start + value.length,
  };
}

function leaves(direction: Direction | undefined): boolean {
  return direction !== "input" && direction !== "tool_result" && direction !== "retrieved";
}

/** Directions in which an address or a phone number is ordinary business. */
const ordinary = new Set<Direction>([
  "tool_call",
  "tool_result",
  "retrieved",
  "system",
  "tool_definition",
]);

function unmasked({ contents }: ContentSubject): ContentMatch[] {
  return contents.flatMap((content, index) => {
    const all = find(content.text);
    const found = ordinary.has(content.direction) ? all.filter(({ hard }) => hard) : all;
    return found.map((one) => {
      const [score, severity] = weights[content.direction];
      return {
        rule: one.entity,
        targetClass: one.entity,
        score: one.hard ? score : score - 0.1,
        strength: isStrong(one, content.direction) ? ("strong" as const) : ("weak" as const),
        severity,
        outcome: leaves(content.direction) ? ("success" as const) : ("attempt" as const),
        excerpt: blanked(content.text, all, one),
        maskedValue: `[${one.entity}]`,
        location: content.location,
        tool: content.tool,
        contentIndex: index,
        start: one.start,
        end: one.end,
      };
    });
  });
}

/** Addresses and phone numbers of the sender's own are an observation, what leaves is a finding. */
function isStrong({ hard, basis }: FoundPersonalData, direction: Direction): boolean {
  return hard || (basis !== "form" && direction !== "input");
}

/** The words around a value, with all values taken out. */
function blanked(
  text: string,
  found: readonly FoundPersonalData[],
  { start, end }: FoundPersonalData,
): string {
  const from = Math.max(0, start - 120);
  const to = Math.min(text.length, end + 120);
  let output = "";
  let at = from;
  for (const one of found.filter((range) => range.end > from && range.start < to)) {
    output += `${text.slice(at, Math.max(at, one.start))}[${one.entity}]`;
    at = Math.max(at, one.end);
  }
  return (output + text.slice(at, Math.max(at, to))).slice(0, 400);
}

/** Identifiers that the redactor could not see. */
function disguised({ contents }: ContentSubject): ContentMatch[] {
  if (!mayBeDisguised(contents)) {
    return [];
  }
  return contents.flatMap((content, index) =>
    disguisedPersonalData(content.text).map(({ id, start, end, excerpt }) => {
      const [score, severity] = weights[content.direction];
      return {
        rule: id,
        targetClass: id,
        score,
        strength: "strong" as const,
        severity,
        outcome: leaves(content.direction) ? ("success" as const) : ("attempt" as const),
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
