import type { RefusalTally } from "../refusal.ts";
import { refusal } from "../refusal.ts";
import {
  GroupScanner,
  type ScanContext,
  scanAnyValue,
  scanAttribute,
  scanOptionalId,
  scanString,
} from "./scan-value.ts";
import { walkRequest } from "./walk-request.ts";

/** Tallies the records of an ExportLogsServiceRequest. */
export function scanProtobufLogs(context: ScanContext, tally: RefusalTally): void {
  const groups = new GroupScanner(context);
  walkRequest(context.reader, (end, group) => {
    tally.add(groups.flagsOf(group) | scanLogRecord(context, end));
  });
}

function scanLogRecord(context: ScanContext, end: number): number {
  const { reader, maxDepth } = context;
  let flags = 0;
  let timeAt = -1;
  let observedAt = -1;
  reader.countObject();
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case 9:
        timeAt = reader.advance(8, end);
        break;
      case 26:
      case 98:
        flags |= scanString(reader, end);
        break;
      case 42:
        flags |= scanAnyValue(reader, end, maxDepth);
        break;
      case 50:
        flags |= scanAttribute(reader, end, maxDepth);
        break;
      case 74:
        flags |= scanOptionalId(reader, end, 16);
        break;
      case 82:
        flags |= scanOptionalId(reader, end, 8);
        break;
      case 89:
        observedAt = reader.advance(8, end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return flags | scanTime(context, timeAt, observedAt);
}

/** The event time, else the observed time; with neither, the time of receipt is used later. */
function scanTime({ reader, times }: ScanContext, timeAt: number, observedAt: number): number {
  const at = isZero(reader.view, timeAt) ? observedAt : timeAt;
  return isZero(reader.view, at) || times.hasAt(reader.view, at) ? 0 : refusal.timeOutOfRange;
}

function isZero(view: DataView, offset: number): boolean {
  return offset < 0 || (view.getUint32(offset) === 0 && view.getUint32(offset + 4) === 0);
}
