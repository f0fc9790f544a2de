import { safeIdentifier } from "../../core/model/finding-title.ts";
import { findingClasses, kindMatch, weights } from "./attribution-weights.ts";
import type { AttributionEvidence, ChangeContent, Incident } from "./candidate.ts";
import { type ChangeClass, classifyChange } from "./classify-change.ts";
import { type Feature, signed } from "./feature.ts";

/** What the content of a change says about an incident: class, tool name, path, remarks. */
export function contentFeatures(
  incident: Incident,
  change: ChangeContent,
  evidence: AttributionEvidence,
): Feature[] {
  return [
    classFeature(incident, change),
    ...toolFeature(incident.tool, change),
    ...pathFeature(change.files, evidence.codePaths),
    ...authorFeature(change),
    ...(change.remarks ?? []).map((reason) => ({ nats: 0, reason })),
  ];
}

const classPhrases = {
  tool: "changes tools",
  prompt: "changes prompts",
  mcp: "changes MCP servers",
  permission: "changes permissions",
  guardrail: "changes guardrails",
  model: "changes the model",
  config: "changes configuration",
  dependency: "changes dependencies",
  data: "changes data",
  code: "changes code",
  inert: "changes only text, tests or styles",
} satisfies Record<ChangeClass, string>;

function classFeature({ type }: Incident, change: ChangeContent): Feature {
  const matches: Readonly<Record<ChangeClass, number>> = kindMatch[findingClasses[type]];
  const [best] = [...classifyChange(change.kind, change.files)].toSorted(
    (a, b) => matches[b] - matches[a] || (a < b ? -1 : 1),
  );
  if (best === undefined) {
    return { nats: 0, reason: "" };
  }
  const files = change.files.length > 0 ? ` in ${change.files.length} changed files` : "";
  const nats = matches[best];
  return { nats, reason: nats === 0 ? "" : `${classPhrases[best]}${files} (${signed(nats)})` };
}

// Words of tool names that say nothing about which tool it is.
const commonWords = new Set(["tool", "tools", "mcp", "get", "the", "run", "call", "function"]);

function toolFeature(tool: string, { files, message }: ChangeContent): Feature[] {
  const all = words(tool.slice(0, 128));
  const distinctive = all.filter((word) => word.length > 2 && !commonWords.has(word));
  const wanted = distinctive.length > 0 ? distinctive : all;
  if (wanted.length === 0) {
    return [];
  }
  const places = [...files.slice(0, 1000), message.slice(0, 4000)];
  const share = places.reduce((best, place) => {
    const present = new Set(words(place));
    return Math.max(best, wanted.filter((word) => present.has(word)).length / wanted.length);
  }, 0);
  const name = safeIdentifier(tool);
  if (share === 1) {
    return [
      { nats: weights.toolNamed, reason: `names the tool ${name} (${signed(weights.toolNamed)})` },
    ];
  }
  if (share >= 0.5) {
    const nats = weights.toolNamedInPart;
    return [{ nats, reason: `names the tool ${name} in part (${signed(nats)})` }];
  }
  return [];
}

/** Lower-case words of an identifier, path or sentence; camelCase is split. */
function words(text: string): string[] {
  return text
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function pathFeature(files: readonly string[], codePaths: readonly string[]): Feature[] {
  let longest = 0;
  let whole = false;
  for (const file of files.slice(0, 1000)) {
    const segments = file.split("/");
    for (const codePath of codePaths) {
      const common = commonSuffix(segments, codePath.split("/"));
      longest = Math.max(longest, common);
      whole ||= common === segments.length && common > 1;
    }
  }
  if (longest === 0) {
    return [];
  }
  const partly = longest > 1 ? weights.pathPart : weights.pathName;
  const nats = whole ? weights.pathWhole : partly;
  const what = longest === 1 ? "1 path segment" : `${longest} path segments`;
  return [
    { nats, reason: `changed a file that matches the code seen by ${what} (${signed(nats)})` },
  ];
}

function commonSuffix(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) {
    length += 1;
  }
  return length;
}

function authorFeature({ byAgent }: ChangeContent): Feature[] {
  return byAgent
    ? [{ nats: weights.agentAuthor, reason: "written with a coding agent (not weighed)" }]
    : [];
}
