import { isUtf8 } from "node:buffer";
import type { ProtobufReader } from "../reader.ts";
import { refusal } from "../refusal.ts";
import type { TimeRange } from "../time-range.ts";
import { type Range, type ResourceGroup, type ScopeGroup, within } from "./walk-request.ts";

export interface ScanContext {
  readonly reader: ProtobufReader;
  readonly times: TimeRange;
  readonly maxDepth: number;
}

/**
 * Below this many bytes a loop over words is cheaper than a call of the native check, which
 * costs about 60 ns whatever the length.
 */
const nativeCheckBytes = 192;

/** Checks a string; returns refusal bits. */
export function scanString(reader: ProtobufReader, end: number): number {
  const stop = reader.delimited(end);
  const start = reader.position;
  reader.position = stop;
  return validUtf8(reader, start, stop) ? 0 : refusal.invalidUtf8;
}

/** Checks one KeyValue; `levels` is how many values may be nested in one another. */
export function scanAttribute(reader: ProtobufReader, end: number, levels: number): number {
  const stop = reader.delimited(end);
  let flags = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 10) {
      flags |= scanString(reader, stop);
    } else if (tag === 18) {
      flags |= scanAnyValue(reader, stop, levels);
    } else {
      reader.skip(tag, stop);
    }
  }
  return flags;
}

export function scanAnyValue(reader: ProtobufReader, end: number, levels: number): number {
  const stop = reader.delimited(end);
  if (levels <= 0) {
    reader.position = stop;
    return refusal.tooDeep;
  }
  let flags = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    switch (tag) {
      case 10:
        flags |= scanString(reader, stop);
        break;
      case 42:
      case 50:
        flags |= scanMembers(reader, stop, levels - 1, tag === 42);
        break;
      case 58:
        reader.countObject();
        reader.position = reader.delimited(stop);
        break;
      default:
        reader.skip(tag, stop);
    }
  }
  return flags;
}

/** True if the bytes are an id of `size` bytes that is not all zero. */
export function scanRequiredId(reader: ProtobufReader, end: number, size: number): boolean {
  const stop = reader.delimited(end);
  const start = reader.position;
  reader.position = stop;
  let bits = 0;
  for (let offset = start; offset < stop; offset += 1) {
    bits |= reader.bytes[offset] as number;
  }
  return stop - start === size && bits !== 0;
}

/** Returns refusal bits; an optional id may be empty or all zero, both meaning none. */
export function scanOptionalId(reader: ProtobufReader, end: number, size: number): number {
  const stop = reader.delimited(end);
  const length = stop - reader.position;
  reader.position = stop;
  return length === 0 || length === size ? 0 : refusal.invalidId;
}

/** The same as `scanString` for a string noted earlier. */
export function rangeFlags(reader: ProtobufReader, { start, end }: Range): number {
  return validUtf8(reader, start, end) ? 0 : refusal.invalidUtf8;
}

/** Refusal bits of resource and scope, which hold for every record below them. */
export class GroupScanner {
  private readonly context: ScanContext;
  private resourceGroup: ResourceGroup | null = null;
  private scopeGroup: ScopeGroup | null = null;
  private resourceFlags = 0;
  private flags = 0;

  constructor(context: ScanContext) {
    this.context = context;
  }

  flagsOf(group: ScopeGroup): number {
    if (group !== this.scopeGroup) {
      this.scopeGroup = group;
      this.flags = this.resourceFlagsOf(group.resourceGroup) | this.scopeFlagsOf(group);
    }
    return this.flags;
  }

  private resourceFlagsOf(group: ResourceGroup): number {
    const { reader, maxDepth } = this.context;
    if (group !== this.resourceGroup) {
      this.resourceGroup = group;
      this.resourceFlags =
        within(reader, group.resource, (_, end) => scanResource(reader, end, maxDepth)) |
        rangeFlags(reader, group.schemaUrl);
    }
    return this.resourceFlags;
  }

  private scopeFlagsOf(group: ScopeGroup): number {
    const { reader, maxDepth } = this.context;
    return (
      within(reader, group.scope, (_, end) => scanScope(reader, end, maxDepth)) |
      rangeFlags(reader, group.schemaUrl)
    );
  }
}

function scanMembers(
  reader: ProtobufReader,
  end: number,
  levels: number,
  isArray: boolean,
): number {
  const stop = reader.delimited(end);
  reader.countObject();
  let flags = 0;
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag !== 10) {
      reader.skip(tag, stop);
    } else if (isArray) {
      flags |= scanAnyValue(reader, stop, levels);
    } else {
      flags |= scanAttribute(reader, stop, levels);
    }
  }
  return flags;
}

function scanResource(reader: ProtobufReader, end: number, levels: number): number {
  let flags = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 10) {
      flags |= scanAttribute(reader, end, levels);
    } else {
      reader.skip(tag, end);
    }
  }
  return flags;
}

function scanScope(reader: ProtobufReader, end: number, levels: number): number {
  let flags = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === 10 || tag === 18) {
      flags |= scanString(reader, end);
    } else if (tag === 26) {
      flags |= scanAttribute(reader, end, levels);
    } else {
      reader.skip(tag, end);
    }
  }
  return flags;
}

function validUtf8({ bytes, view }: ProtobufReader, start: number, stop: number): boolean {
  if (stop - start >= nativeCheckBytes) {
    return isUtf8(bytes.subarray(start, stop));
  }
  let bits = 0;
  let offset = start;
  for (; offset + 8 <= stop; offset += 8) {
    bits |= view.getInt32(offset) | view.getInt32(offset + 4);
  }
  if (offset + 4 <= stop) {
    bits |= view.getInt32(offset);
    offset += 4;
  }
  for (; offset < stop; offset += 1) {
    bits |= bytes[offset] as number;
  }
  bits &= 0x8080_8080;
  return bits === 0 || isUtf8(bytes.subarray(start, stop));
}
