import type { ProtobufReader } from "../reader.ts";

/** Where a message or string lies in the body; empty when it is absent. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** `ResourceSpans`, `ResourceLogs` or `ResourceMetrics` without its scope groups. */
export interface ResourceGroup {
  readonly resource: Range;
  readonly schemaUrl: Range;
}

/** `ScopeSpans`, `ScopeLogs` or `ScopeMetrics` without its records. */
export interface ScopeGroup {
  readonly resourceGroup: ResourceGroup;
  readonly scope: Range;
  readonly schemaUrl: Range;
}

/** Reads one record, from `reader.position` to `end`, and leaves the reader there. */
export type VisitRecord = (end: number, group: ScopeGroup) => void;

interface Header {
  readonly message: Range;
  readonly schemaUrl: Range;
}

/** The range of an absent field. */
export const nowhere: Range = { start: 0, end: 0 };

/**
 * Calls `visit` for each Span, LogRecord or Metric of a request in body order. The three
 * requests share one shape: field 1 of the request holds resource groups; in a group, field 1
 * is the resource or scope, field 2 the nested groups or records, field 3 the schema URL.
 *
 * Fields may come in any order, so each group is read twice: first its header, then its members.
 */
export function walkRequest(reader: ProtobufReader, visit: VisitRecord): void {
  const requestEnd = reader.bytes.length;
  eachMember(reader, requestEnd, 10, (resourceEnd) => {
    const { message: resource, schemaUrl } = readHeader(reader, resourceEnd);
    const resourceGroup: ResourceGroup = { resource, schemaUrl };
    eachMember(reader, resourceEnd, 18, (scopeEnd) => {
      const header = readHeader(reader, scopeEnd);
      const group = { resourceGroup, scope: header.message, schemaUrl: header.schemaUrl };
      eachMember(reader, scopeEnd, 18, (end) => visit(end, group));
    });
  });
}

/** Reads `read` over a range noted earlier, then returns to where the reader was. */
export function within<T>(
  reader: ProtobufReader,
  range: Range,
  read: (reader: ProtobufReader, end: number) => T,
): T {
  const position = reader.position;
  reader.position = range.start;
  const value = read(reader, range.end);
  reader.position = position;
  return value;
}

function eachMember(
  reader: ProtobufReader,
  end: number,
  memberTag: number,
  visit: (memberEnd: number) => void,
): void {
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === memberTag) {
      visit(reader.delimited(end));
    } else {
      reader.skip(tag, end);
    }
  }
}

/** The position stays at the start of the group. */
function readHeader(reader: ProtobufReader, end: number): Header {
  const start = reader.position;
  let message = nowhere;
  let schemaUrl = nowhere;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 10) {
      message = readRange(reader, end);
    } else if (tag === 26) {
      schemaUrl = readRange(reader, end);
    } else {
      reader.skip(tag, end);
    }
  }
  reader.position = start;
  return { message, schemaUrl };
}

/** Notes where a message or string lies and moves past it. */
export function readRange(reader: ProtobufReader, end: number): Range {
  const stop = reader.delimited(end);
  const start = reader.position;
  reader.position = stop;
  return { start, end: stop };
}
