import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isSeq, parseAllDocuments, type YAMLMap } from "yaml";
import { removedLines } from "../../text/unified-diff.ts";
import { type EditResult, maxGrowthBytes, refused } from "../surface-format.ts";
import { OpenThreatModel, unresolvedReferences } from "./open-threat-model-schema.ts";
import { comparableName, type ThreatEntry } from "./threat-entry.ts";
import {
  appendItem,
  applySplices,
  type Splice,
  UnsafeSpliceError,
  valueLines,
} from "./yaml-splice.ts";

/**
 * Adds a threat, its mitigation and, on the one component named like the agent or service, a
 * reference to both. Text is spliced in, so the diff has additions only (or the one line of an
 * empty list); a file that does not parse or whose form is not covered is never edited.
 */
export function addThreat(before: string | null, entry: ThreatEntry): EditResult {
  if (before === null) {
    return { status: "edited", text: newModel(entry) };
  }
  const parsed = parseModel(before);
  if (typeof parsed === "string") {
    return refused(parsed);
  }
  if (parsed.model.threats?.some(({ id }) => id === entry.threat.id)) {
    return { status: "in_place" };
  }
  const after = spliced(before, parsed.root, entry);
  if (after === undefined) {
    return refused("The threat model is written in a form that cannot be extended safely.");
  }
  const problem = postConditionProblem(before, after, entry);
  return problem === undefined ? { status: "edited", text: after } : refused(problem);
}

interface ParsedModel {
  readonly root: YAMLMap;
  readonly model: OpenThreatModel;
}

/** The model, or in words why it cannot be edited. */
function parseModel(text: string): ParsedModel | string {
  if (/^ *\t/m.test(text)) {
    return "The threat model is indented with tabs.";
  }
  const documents = parseAllDocuments(text, { uniqueKeys: true });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (document === undefined || documents.length !== 1 || document.errors.length > 0) {
    return "The threat model is not one YAML document that parses.";
  }
  const root = document.contents;
  const model = OpenThreatModel.safeParse(toPlain(document));
  if (!isMap(root) || root.flow || !model.success) {
    return "The file is not an Open Threat Model in block style.";
  }
  return { root, model: model.data };
}

/** Aliases may expand to a thousand nodes at most: a "billion laughs" file throws instead. */
function toPlain(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch {
    return undefined;
  }
}

function spliced(text: string, root: YAMLMap, entry: ThreatEntry): string | undefined {
  try {
    const component = matchingComponent(root, entry.carriers);
    const splices: Splice[] = [
      ...(component === undefined
        ? []
        : appendItem(text, component, { key: "threats", item: entry.instance })),
      ...appendItem(text, root, { key: "threats", item: entry.threat }),
      ...appendItem(text, root, { key: "mitigations", item: entry.mitigation }),
    ];
    return applySplices(text, splices);
  } catch (error) {
    if (error instanceof UnsafeSpliceError) {
      return undefined;
    }
    throw error;
  }
}

/** The only component whose id or name is the agent's, else the service's; none when unclear. */
function matchingComponent(root: YAMLMap, carriers: readonly string[]): YAMLMap | undefined {
  const list = root.get("components");
  const components = isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
  for (const carrier of carriers) {
    const wanted = comparableName(carrier);
    const matches = components.filter((component) =>
      [component.get("id"), component.get("name")].some(
        (name) => typeof name === "string" && comparableName(name) === wanted,
      ),
    );
    if (matches.length === 1 && !matches[0]?.flow) {
      return matches[0];
    }
  }
  return undefined;
}

/** What went wrong with an edit, or undefined when it added exactly the entry. */
function postConditionProblem(
  before: string,
  after: string,
  entry: ThreatEntry,
): string | undefined {
  const original = parseModel(before);
  const edited = parseModel(after);
  if (typeof original === "string" || typeof edited === "string") {
    return "The edited threat model would not validate.";
  }
  const known = new Set(unresolvedReferences(original.model));
  if (unresolvedReferences(edited.model).some((reference) => !known.has(reference))) {
    return "The edited threat model would refer to something that it does not define.";
  }
  if (!isDeepStrictEqual(reduced(edited.model, entry), reduced(original.model, entry))) {
    return "The edit would have changed more of the threat model than it adds.";
  }
  if (!isAdditive(before, after)) {
    return "The edit would have rewritten lines of the threat model.";
  }
  const grown = Buffer.byteLength(after) - Buffer.byteLength(before);
  return grown < maxGrowthBytes ? undefined : "The edit would have made the threat model too long.";
}

/** Lines may go only where an empty list was written out as `[]`, `null` or `~`. */
function isAdditive(before: string, after: string): boolean {
  const removed = removedLines({ path: "", before, after });
  const emptyList = /^\s*(?:- )?(?:threats|mitigations):\s*(?:\[\s*\]|null|~)?\s*(?:#.*)?\r?$/;
  const lastLine = before.split("\n").at(-1) ?? "";
  return removed.every((line) => emptyList.test(line) || line === lastLine);
}

/** The model without the entry, and without lists that are empty or absent. */
function reduced(model: OpenThreatModel, { threat, mitigation }: ThreatEntry): unknown {
  const { threats, mitigations, components, ...rest } = model;
  return {
    ...rest,
    threats: (threats ?? []).filter(({ id }) => id !== threat.id),
    mitigations: (mitigations ?? []).filter(({ id }) => id !== mitigation.id),
    components: (components ?? []).map(({ threats: instances, ...component }) => ({
      ...component,
      threats: (instances ?? []).filter((instance) => instance.threat !== threat.id),
    })),
  };
}

function newModel(entry: ThreatEntry): string {
  const model = {
    otmVersion: "0.2.0",
    project: { name: entry.project, id: entry.project },
    threats: [entry.threat],
    mitigations: [entry.mitigation],
  };
  return `${valueLines(model).join("\n")}\n`;
}
