import type { ProtobufReader } from "../reader.ts";
import { type RefusalTally, refusal } from "../refusal.ts";
import {
  GroupScanner,
  type ScanContext,
  scanAttribute,
  scanOptionalId,
  scanRequiredId,
  scanString,
} from "./scan-value.ts";
import { walkRequest } from "./walk-request.ts";

/** Tallies the spans of an ExportTraceServiceRequest. */
export function scanProtobufTraces(context: ScanContext, tally: RefusalTally): void {
  const groups = new GroupScanner(context);
  walkRequest(context.reader, (end, group) => {
    tally.add(groups.flagsOf(group) | scanSpan(context, end));
  });
}

function scanSpan({ reader, times, maxDepth }: ScanContext, end: number): number {
  let flags = 0;
  let hasTraceId = false;
  let hasSpanId = false;
  let startAt = -1;
  reader.countObject();
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 10:
        hasTraceId = scanRequiredId(reader, end, 16);
        break;
      case 18:
        hasSpanId = scanRequiredId(reader, end, 8);
        break;
      case 34:
        flags |= scanOptionalId(reader, end, 8);
        break;
      case 26:
      case 42:
        flags |= scanString(reader, end);
        break;
      case 57:
        startAt = reader.advance(8, end);
        break;
      case 74:
        flags |= scanAttribute(reader, end, maxDepth);
        break;
      case 90:
        flags |= scanEvent(reader, end, maxDepth);
        break;
      case 106:
        flags |= scanLink(reader, end, maxDepth);
        break;
      case 122:
        flags |= scanStatus(reader, end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  if (!hasTraceId || !hasSpanId) {
    flags |= refusal.invalidId;
  }
  return times.hasAt(reader.view, startAt) ? flags : flags | refusal.timeOutOfRange;
}

function scanEvent(reader: ProtobufReader, end: number, maxDepth: number): number {
  const stop = reader.delimited(end);
  reader.countObject();
  let flags = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 18) {
      flags |= scanString(reader, stop);
    } else if (tag === 26) {
      flags |= scanAttribute(reader, stop, maxDepth);
    } else {
      reader.skip(tag, stop);
    }
  }
  return flags;
}

function scanLink(reader: ProtobufReader, end: number, maxDepth: number): number {
  const stop = reader.delimited(end);
  reader.countObject();
  let flags = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    switch (tag) {
      case 10:
        flags |= scanOptionalId(reader, stop, 16);
        break;
      case 18:
        flags |= scanOptionalId(reader, stop, 8);
        break;
      case 26:
        flags |= scanString(reader, stop);
        break;
      case 34:
        flags |= scanAttribute(reader, stop, maxDepth);
        break;
      default:
        reader.skip(tag, stop);
    }
  }
  return flags;
}

function scanStatus(reader: ProtobufReader, end: number): number {
  const stop = reader.delimited(end);
  let flags = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 18) {
      flags |= scanString(reader, stop);
    } else {
      reader.skip(tag, stop);
    }
  }
  return flags;
}
