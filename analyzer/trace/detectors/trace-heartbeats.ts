import type { Heartbeat } from "../../inspect/inspector.ts";
import type { ProvenTraceDetector } from "../stored-trace.ts";

/** Whether each trace detector still notices its canary. One that throws does not. */
export function traceHeartbeats(detectors: readonly ProvenTraceDetector[]): Heartbeat[] {
  return detectors.map((detector) => ({
    detector: detector.id,
    type: detector.type,
    ruleVersion: detector.ruleVersion,
    passed: isCaught(detector),
  }));
}

function isCaught({ inspect, canary }: ProvenTraceDetector): boolean {
  try {
    return inspect(canary).length > 0;
  } catch {
    return false;
  }
}
