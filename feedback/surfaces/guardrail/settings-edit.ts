import { isDeepStrictEqual } from "node:util";
import {
  applyEdits,
  type Edit,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
} from "jsonc-parser";
import { type EditResult, maxGrowthBytes, refused } from "../surface-format.ts";

/** The two lists of a settings file that only tighten what an agent may do. */
export type RuleList = "deny" | "ask";

const byteOrderMark = "\uFEFF";

/**
 * Adds one rule to `permissions.deny` or `permissions.ask` of a settings file (JSON or JSONC)
 * by splicing text: comments, indentation, line ends, byte order mark and final newline stay.
 * A file that does not parse, or whose shape is not the expected one, is never edited.
 */
export function addPermissionRule(before: string | null, list: RuleList, rule: string): EditResult {
  if (before === null) {
    const settings = { permissions: { [list]: [rule] } };
    return { status: "edited", text: `${JSON.stringify(settings, null, 2)}\n` };
  }
  const mark = before.startsWith(byteOrderMark) ? byteOrderMark : "";
  const text = before.slice(mark.length);
  const root = parsedObject(text);
  if (root === undefined) {
    return refused("The settings file is not a JSON object that parses.");
  }
  const problem = shapeProblem(root, list);
  if (problem !== undefined) {
    return refused(problem);
  }
  const array = findNodeAtLocation(root, ["permissions", list]);
  if (array !== undefined && stringsOf(array).includes(rule)) {
    return { status: "in_place" };
  }
  const after = applyEdits(text, insertion(text, root, { list, rule }));
  return isOnlyAddition(text, after, list, rule)
    ? { status: "edited", text: mark + after }
    : refused("The edit would have changed more of the settings file than the one rule.");
}

/** The rules of a list that the runtime enforces already; none where the file cannot be read. */
export function permissionRules(file: string, list: RuleList): string[] {
  const root = parsedObject(file.startsWith(byteOrderMark) ? file.slice(1) : file);
  const array = root && findNodeAtLocation(root, ["permissions", list]);
  return array?.type === "array" ? stringsOf(array) : [];
}

function parsedObject(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  return errors.length === 0 && root?.type === "object" ? root : undefined;
}

function shapeProblem(root: Node, list: RuleList): string | undefined {
  const permissions = findNodeAtLocation(root, ["permissions"]);
  const array = findNodeAtLocation(root, ["permissions", list]);
  if (hasDuplicateKeys(root) || (permissions && hasDuplicateKeys(permissions))) {
    return "The settings file has the same key twice.";
  }
  if (permissions !== undefined && permissions.type !== "object") {
    return "permissions is not an object in the settings file.";
  }
  if (array !== undefined && array.type !== "array") {
    return `permissions.${list} is not a list in the settings file.`;
  }
  const isOdd = array?.children?.some((item) => item.type !== "string");
  return isOdd ? `permissions.${list} holds something that is not text.` : undefined;
}

function hasDuplicateKeys(object: Node): boolean {
  const keys = (object.children ?? []).map((property) => String(property.children?.[0]?.value));
  return new Set(keys).size !== keys.length;
}

function stringsOf(array: Node): string[] {
  return (array.children ?? []).map((item) => String(item.value));
}

/** The rule at the end of its list, or the list (and what holds it) at the end of the object. */
function insertion(
  text: string,
  root: Node,
  { list, rule }: { readonly list: RuleList; readonly rule: string },
): Edit[] {
  const permissions = findNodeAtLocation(root, ["permissions"]);
  const array = findNodeAtLocation(root, ["permissions", list]);
  const item = JSON.stringify(rule);
  if (array !== undefined) {
    return newItem(text, array, item);
  }
  return permissions === undefined
    ? newItem(text, root, `"permissions": { "${list}": [${item}] }`)
    : newItem(text, permissions, `"${list}": [${item}]`);
}

/** One more child at the end of a list or object, on its own line where the others are. */
function newItem(text: string, container: Node, item: string): Edit[] {
  const last = container.children?.at(-1);
  if (last === undefined) {
    return [{ offset: container.offset + 1, length: 0, content: item }];
  }
  const end = last.offset + last.length;
  const indent = ownLineIndent(text, last.offset);
  if (indent === undefined) {
    return [{ offset: end, length: 0, content: `, ${item}` }];
  }
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const line = lineEnd(text, end);
  const hasTrailingComma = text.slice(end, line).trimStart().startsWith(",");
  const onSameLine = container.offset + container.length <= line;
  if (hasTrailingComma) {
    const at = text.indexOf(",", end) + 1;
    return [{ offset: at, length: 0, content: `${eol}${indent}${item},` }];
  }
  const comma = { offset: end, length: 0, content: "," };
  return onSameLine
    ? [{ ...comma, content: `,${eol}${indent}${item}` }]
    : [comma, { offset: line, length: 0, content: `${eol}${indent}${item}` }];
}

function ownLineIndent(text: string, offset: number): string | undefined {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  return before.trim() === "" ? before : undefined;
}

function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  const end = at < 0 ? text.length : at;
  return text[end - 1] === "\r" && end > offset ? end - 1 : end;
}

/** Post-condition: without the rule the file says what it said, and it has hardly grown. */
function isOnlyAddition(before: string, after: string, list: RuleList, rule: string): boolean {
  const root = parsedObject(after);
  const grown = Buffer.byteLength(after) - Buffer.byteLength(before);
  if (root === undefined || grown >= maxGrowthBytes) {
    return false;
  }
  const value = getNodeValue(root) as { permissions: Record<string, unknown> };
  const rules = value.permissions[list];
  if (!Array.isArray(rules) || rules.at(-1) !== rule) {
    return false;
  }
  const original: unknown = getNodeValue(parsedObject(before) ?? root);
  return [
    { ...value, permissions: { ...value.permissions, [list]: rules.slice(0, -1) } },
    { ...value, permissions: without(value.permissions, list) },
    without(value, "permissions"),
  ].some((reduced) => isDeepStrictEqual(plain(reduced), plain(original)));
}

function without(object: object, key: string): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** Drops the null prototypes that the parser gives its objects. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
