import { Config } from "../../../core/config/config.ts";
import { createHostList } from "../../detectors/hosts/host-list.ts";
import type { TraceDetector } from "../stored-trace.ts";
import { injectionFollowedByAction } from "./injection-followed-by-action.ts";
import { createSecretReadThenSent } from "./secret-read-then-sent.ts";

/** Every trace detector that is not switched off. */
export function createTraceDetectors(config: Config["analyzer"]): TraceDetector[] {
  const detectors = [
    injectionFollowedByAction,
    createSecretReadThenSent(createHostList(config.allowedHosts)),
  ];
  return detectors.filter(
    ({ id, type }) =>
      !config.disabledDetectors.includes(id) && !config.disabledTypes.includes(type),
  );
}

/** Those of the shipped configuration. */
export const traceDetectors: readonly TraceDetector[] = createTraceDetectors(
  Config.parse({}).analyzer,
);
