const noSpanId = "0000000000000000";
const noTraceId = "00000000000000000000000000000000";

/** An all-zero id means "none" in the OTLP data model. */
export function spanIdOrEmpty(hex: string): string {
  return hex === noSpanId ? "" : hex;
}

/** An all-zero id means "none" in the OTLP data model. */
export function traceIdOrEmpty(hex: string): string {
  return hex === noTraceId ? "" : hex;
}
