import type { Exemplar } from "../../model/telemetry.ts";
import { spanIdOrEmpty, traceIdOrEmpty } from "../ids.ts";
import type { Mutable } from "../mutable.ts";
import { noAttributes } from "../no-attributes.ts";
import type { ProtobufReader } from "../reader.ts";
import { decodeAttribute } from "./decode-value.ts";

export function decodeExemplar(reader: ProtobufReader, end: number): Exemplar {
  const stop = reader.delimited(end);
  const exemplar: Mutable<Exemplar> = {
    filteredAttributes: noAttributes,
    timeUnixNano: 0n,
    value: 0,
    traceId: "",
    spanId: "",
  };
  while (reader.position < stop) {
    const tag = reader.tag(stop);
    switch (tag) {
      case 17:
        exemplar.timeUnixNano = reader.fixed64(stop);
        break;
      case 25:
        exemplar.value = reader.double(stop);
        break;
      case 34:
        exemplar.spanId = spanIdOrEmpty(reader.hex(stop));
        break;
      case 42:
        exemplar.traceId = traceIdOrEmpty(reader.hex(stop));
        break;
      case 49:
        exemplar.value = Number(reader.sfixed64(stop));
        break;
      case 58:
        exemplar.filteredAttributes = decodeAttribute(reader, stop, exemplar.filteredAttributes);
        break;
      default:
        reader.skip(tag, stop);
    }
  }
  return exemplar;
}
