import type { DeletedTable } from "./erasable-tables.ts";
import { userAttributes } from "./person-attributes.ts";
import { attributesOf, type Subject } from "./subject.ts";

/** SQL conditions on the rows of one table; values come as parameters, see `subjectParams`. */
export interface RowConditions {
  /** The row carries the id. */
  readonly names: string;
  /** The row carries the id of any user. */
  readonly namesAnyone: string;
}

export function rowConditions(table: DeletedTable, { matchText }: Subject): RowConditions {
  const values = table.values.map((column) => `${column} = {subject:String}`);
  const texts = matchText ? textConditions(table) : [];
  const isSubject = "v = {subject:String} AND has({attributes:Array(String)}, k)";
  return {
    names: any([...attributeConditions(table, isSubject), ...values, ...texts]),
    namesAnyone: any(attributeConditions(table, "v != '' AND has({users:Array(String)}, k)")),
  };
}

export function subjectParams(subject: Subject): Record<string, unknown> {
  return {
    tenant: subject.tenant,
    subject: subject.id,
    attributes: attributesOf(subject),
    users: userAttributes,
  };
}

/** One condition per column with attributes: some pair of key `k` and value `v` passes `test`. */
function attributeConditions(table: DeletedTable, test: string): string[] {
  const pairs = `(k, v) -> ${test}`;
  return [
    ...table.attributes.map((map) => `arrayExists(${pairs}, mapKeys(${map}), mapValues(${map}))`),
    ...table.attributeLists.map(
      (list) => `arrayExists(m -> arrayExists(${pairs}, mapKeys(m), mapValues(m)), ${list})`,
    ),
  ];
}

function textConditions({ attributes, attributeLists, texts }: DeletedTable): string[] {
  const test = "v -> position(v, {subject:String}) > 0";
  return [
    ...texts.map((column) => `position(${column}, {subject:String}) > 0`),
    ...attributes.map((map) => `arrayExists(${test}, mapValues(${map}))`),
    ...attributeLists.map(
      (list) => `arrayExists(m -> arrayExists(${test}, mapValues(m)), ${list})`,
    ),
  ];
}

function any(conditions: readonly string[]): string {
  return conditions.length === 0 ? "0" : `(${conditions.join(" OR ")})`;
}
