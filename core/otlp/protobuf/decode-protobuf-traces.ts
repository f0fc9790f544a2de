import type { Span, SpanEvent, SpanLink } from "../../model/telemetry.ts";
import { append } from "../append.ts";
import { spanIdOrEmpty, traceIdOrEmpty } from "../ids.ts";
import type { Mutable } from "../mutable.ts";
import { noAttributes } from "../no-attributes.ts";
import { ProtobufReader } from "../reader.ts";
import { decodeAttribute, GroupDecoder } from "./decode-value.ts";
import { walkRequest } from "./walk-request.ts";

const noEvents: readonly SpanEvent[] = [];
const noLinks: readonly SpanLink[] = [];

/** The spans of an ExportTraceServiceRequest in body order, without the ordinals in `skip`. */
export function decodeProtobufTraces(body: Uint8Array, skip: ReadonlySet<number>): Span[] {
  const reader = new ProtobufReader(body);
  const groups = new GroupDecoder(reader);
  const spans: Span[] = [];
  let ordinal = 0;
  walkRequest(reader, (end, group) => {
    if (skip.has(ordinal)) {
      reader.position = end;
    } else {
      const span = emptySpan(groups.resource(group), groups.scope(group));
      while (reader.position < end) {
        readSpanField(reader, end, span);
      }
      spans.push(span);
    }
    ordinal += 1;
  });
  return spans;
}

function emptySpan(resource: Span["resource"], scope: Span["scope"]): Mutable<Span> {
  return {
    resource,
    scope,
    traceId: "",
    spanId: "",
    parentSpanId: "",
    traceState: "",
    name: "",
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: noAttributes,
    events: noEvents,
    links: noLinks,
    statusCode: 0,
    statusMessage: "",
  };
}

function readSpanField(reader: ProtobufReader, end: number, span: Mutable<Span>): void {
  const tag = reader.tag(end);
  switch (tag) {
    case 10:
      span.traceId = reader.hex(end);
      break;
    case 18:
      span.spanId = reader.hex(end);
      break;
    case 26:
      span.traceState = reader.string(end);
      break;
    case 34:
      span.parentSpanId = spanIdOrEmpty(reader.hex(end));
      break;
    case 42:
      span.name = reader.key(end);
      break;
    case 48:
      span.kind = reader.varint(end);
      break;
    case 57:
      span.startTimeUnixNano = reader.fixed64(end);
      break;
    case 65:
      span.endTimeUnixNano = reader.fixed64(end);
      break;
    case 74:
      span.attributes = decodeAttribute(reader, end, span.attributes);
      break;
    case 90:
      span.events = append(span.events, decodeEvent(reader, end));
      break;
    case 106:
      span.links = append(span.links, decodeLink(reader, end));
      break;
    case 122:
      readStatus(reader, end, span);
      break;
    default:
      reader.skip(tag, end);
  }
}

function decodeEvent(reader: ProtobufReader, end: number): SpanEvent {
  const stop = reader.delimited(end);
  const event: Mutable<SpanEvent> = { timeUnixNano: 0n, name: "", attributes: noAttributes };
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    switch (tag) {
      case 9:
        event.timeUnixNano = reader.fixed64(stop);
        break;
      case 18:
        event.name = reader.key(stop);
        break;
      case 26:
        event.attributes = decodeAttribute(reader, stop, event.attributes);
        break;
      default:
        reader.skip(tag, stop);
    }
  }
  return event;
}

function decodeLink(reader: ProtobufReader, end: number): SpanLink {
  const stop = reader.delimited(end);
  const link: Mutable<SpanLink> = {
    traceId: "",
    spanId: "",
    traceState: "",
    attributes: noAttributes,
  };
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    switch (tag) {
      case 10:
        link.traceId = traceIdOrEmpty(reader.hex(stop));
        break;
      case 18:
        link.spanId = spanIdOrEmpty(reader.hex(stop));
        break;
      case 26:
        link.traceState = reader.string(stop);
        break;
      case 34:
        link.attributes = decodeAttribute(reader, stop, link.attributes);
        break;
      default:
        reader.skip(tag, stop);
    }
  }
  return link;
}

function readStatus(reader: ProtobufReader, end: number, span: Mutable<Span>): void {
  const stop = reader.delimited(end);
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    if (tag === 18) {
      span.statusMessage = reader.string(stop);
    } else if (tag === 24) {
      span.statusCode = reader.varint(stop);
    } else {
      reader.skip(tag, stop);
    }
  }
}
