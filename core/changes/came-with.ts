import type { Change } from "../model/change.ts";
import { deploymentStart } from "./carried-commits.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const clockSkewMs = 60_000;

/**
 * Whether a change that takes effect by itself came with a deployment: a package of its bill of
 * materials, or a model or prompt that telemetry first showed on its version, within a day of it.
 * Both are of the same service.
 */
export function cameWith(
  deployment: Change,
  { kind, source, details, timeUnixMs }: Change,
): boolean {
  const delayMs = timeUnixMs - deploymentStart(deployment);
  if (kind === "dependency" && details["bill"] === undefined) {
    return details["deployment"] === deployment.changeId;
  }
  if (kind === "dependency") {
    // A bill that names no deployment is that of the newest one before it.
    return delayMs >= -hourMs && delayMs < dayMs;
  }
  return (
    (kind === "model" || kind === "prompt_template") &&
    source === "telemetry" &&
    deployment.version !== "" &&
    details["serviceVersion"] === deployment.version &&
    delayMs >= -clockSkewMs &&
    delayMs < dayMs
  );
}
