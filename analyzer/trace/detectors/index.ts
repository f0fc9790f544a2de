import { Config } from "../../../core/config/config.ts";
import { createHostList } from "../../detectors/hosts/host-list.ts";
import type { ProvenTraceDetector } from "../stored-trace.ts";
import { agentHijack } from "./agent-hijack.ts";
import { injectionFollowedByAction } from "./injection-followed-by-action.ts";
import { createSecretReadThenSent } from "./secret-read-then-sent.ts";

/** Every trace detector that is not switched off. */
export function createTraceDetectors(config: Config["analyzer"]): ProvenTraceDetector[] {
  const detectors = [
    injectionFollowedByAction,
    agentHijack,
    createSecretReadThenSent(createHostList(config.allowedHosts)),
  ];
  return detectors.filter(
    ({ id, type }) =>
      !config.disabledDetectors.includes(id) && !config.disabledTypes.includes(type),
  );
}

/** Those of the shipped configuration. */
export const traceDetectors: readonly ProvenTraceDetector[] = createTraceDetectors(
  Config.parse({}).analyzer,
);
