import type { AttributeMap, AttributeValue } from "../../core/model/telemetry.ts";
import {
  type ContentField,
  contentFields,
  countFields,
  countOf,
  type Dialect,
  textFields,
} from "./dialect.ts";
import { generationMarks } from "./generation.ts";
import { verdictAttributes } from "./verdicts.ts";

/** What an attribute name stands for in a dialect. */
interface Slot {
  /** Position in `fields`, or -1 where the name only tells the generation or a verdict. */
  readonly field: number;
  /** Position in the list of names for that field; lower ones win. */
  readonly rank: number;
  readonly kind: "text" | "count" | "cost" | "list" | "content" | "other";
  readonly generation: number;
  readonly isVerdict: boolean;
}

/** A dialect's table turned around, so that one pass over the attributes reads everything. */
export type Slots = ReadonlyMap<string, Slot>;

const fields = [
  ...textFields,
  ...countFields,
  "finishReasons",
  "reportedCostUsd",
  ...contentFields,
] as const;

const firstCount = fields.indexOf("inputTokens");
const finishReasons = fields.indexOf("finishReasons");
const reportedCostUsd = fields.indexOf("reportedCostUsd");
const firstContent = fields.indexOf("systemInstructions");

export function slotsOf(dialect: Dialect): Slots {
  const slots = new Map<string, Slot>();

  function add(name: string, field: number, rank: number): void {
    slots.set(name, {
      field,
      rank,
      kind: kindOf(field),
      generation: generationMarks.get(name) ?? -1,
      isVerdict: verdictAttributes.has(name),
    });
  }

  for (const name of [...generationMarks.keys(), ...verdictAttributes]) {
    add(name, -1, 0);
  }
  for (const [field, fieldName] of fields.entries()) {
    for (const [rank, name] of (dialect.fields[fieldName] ?? []).entries()) {
      if ((slots.get(name)?.field ?? -1) >= 0) {
        throw new Error(`${dialect.id}: attribute ${name} stands for two fields`);
      }
      add(name, field, rank);
    }
  }
  return slots;
}

function kindOf(field: number): Slot["kind"] {
  if (field < 0) {
    return "other";
  }
  if (field >= firstContent) {
    return "content";
  }
  if (field === finishReasons) {
    return "list";
  }
  if (field === reportedCostUsd) {
    return "cost";
  }
  return field >= firstCount ? "count" : "text";
}

/** The values of a record's attributes by field. */
export interface FoundFields {
  readonly values: readonly unknown[];
  readonly names: readonly string[];
  /** Newest generation that any attribute belongs to, or -1. */
  readonly generation: number;
  readonly hasVerdict: boolean;
  readonly hasContent: boolean;
}

const nothingFound: readonly unknown[] = fields.map(() => undefined);
const unnamed: readonly string[] = fields.map(() => "");
const unranked: readonly number[] = fields.map(() => Number.MAX_SAFE_INTEGER);

/** Reads all fields in one pass; costs one map lookup for each attribute. */
export function findFields(slots: Slots, attributes: AttributeMap): FoundFields {
  const values = nothingFound.slice();
  const names = unnamed.slice();
  const ranks = unranked.slice();
  let generation = -1;
  let hasVerdict = false;
  let hasContent = false;
  for (const [name, value] of attributes) {
    const slot = slots.get(name);
    if (slot === undefined) {
      continue;
    }
    const { field, rank } = slot;
    generation = Math.max(generation, slot.generation);
    hasVerdict ||= slot.isVerdict;
    if (field < 0 || rank >= (ranks[field] ?? 0)) {
      continue;
    }
    const usable = usableValue(slot.kind, value);
    if (usable !== undefined) {
      values[field] = usable;
      names[field] = name;
      ranks[field] = rank;
      hasContent ||= field >= firstContent;
    }
  }
  return { values, names, generation, hasVerdict, hasContent };
}

/** The value as the field takes it; `undefined` if it says nothing. */
function usableValue(kind: Slot["kind"], value: AttributeValue): unknown {
  switch (kind) {
    case "text":
      return textValue(value);
    case "count": {
      const count = countOf(value);
      return count < 0 ? undefined : count;
    }
    case "cost":
      return costValue(value);
    case "list":
      return listValue(value);
    case "other":
      return undefined;
    case "content":
      return value === null || value === "" || value === "[]" ? undefined : value;
    default:
      return kind satisfies never;
  }
}

/** Longer names and ids are no names and ids. */
const maxText = 256;

function textValue(value: AttributeValue): string | undefined {
  if (typeof value === "string") {
    return value === "" ? undefined : shortened(value);
  }
  // Versions and ids that are numbers.
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}

function shortened(text: string): string {
  return text.length > maxText ? text.slice(0, maxText) : text;
}

/** Dollars; more than a million for one call is no cost. */
const maxCostUsd = 1e6;

function costValue(value: AttributeValue): number | undefined {
  const cost = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  return value !== "" && cost >= 0 && cost <= maxCostUsd ? cost : undefined;
}

const maxListItems = 32;

function listValue(value: AttributeValue): readonly string[] | undefined {
  if (typeof value === "string") {
    return value === "" ? undefined : [shortened(value)];
  }
  return Array.isArray(value)
    ? value
        .slice(0, maxListItems)
        .filter((item): item is string => typeof item === "string")
        .map(shortened)
    : undefined;
}

/** Position of a field in `FoundFields.values`. */
export const fieldIndex: Readonly<Record<(typeof fields)[number], number>> = Object.fromEntries(
  fields.map((name, index) => [name, index]),
) as Record<(typeof fields)[number], number>;

/** A content attribute that a record has. */
export interface FoundContent {
  readonly field: ContentField;
  readonly value: AttributeValue;
  /** Name of the attribute. */
  readonly location: string;
}

/** Content attributes that a record has, in the order in which they are read. */
export function foundContents({ values, names }: FoundFields): FoundContent[] {
  const contents: FoundContent[] = [];
  for (let index = firstContent; index < fields.length; index += 1) {
    const value = values[index] as AttributeValue | undefined;
    if (value !== undefined) {
      const field = fields[index] as ContentField;
      contents.push({ field, value, location: names[index] ?? "" });
    }
  }
  return contents;
}
