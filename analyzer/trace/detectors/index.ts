import type { TraceDetector } from "../stored-trace.ts";

export const traceDetectors: readonly TraceDetector[] = [];
