import type { Detection } from "../../core/model/finding.ts";
import { detectionId } from "../../core/model/identity.ts";

/** A strong detection of a leaked token in an agent of `shop`; parts replace its fields. */
export function makeDetection(parts: Partial<Detection> = {}): Detection {
  const detection: Omit<Detection, "id"> = {
    tenant: "default",
    type: "secret_leak",
    detector: "secrets",
    rule: "github-token",
    ruleVersion: 1,
    timeUnixMs: Date.parse("2026-11-20T09:00:00Z"),
    service: "shop",
    environment: "production",
    version: "1.8.0",
    agent: "assistant",
    tool: "send_email",
    targetClass: "github-token",
    traceId: "0".repeat(31).concat("1"),
    spanId: "0".repeat(15).concat("1"),
    series: "",
    session: "session-1",
    score: 0.9,
    strength: "strong",
    severity: "high",
    outcome: "attempt",
    excerpt: "token ghp_****1a2b was sent",
    maskedValue: "ghp_****1a2b",
    location: "gen_ai.output.messages",
    onset: null,
    ...parts,
  };
  return { ...detection, id: parts.id ?? detectionId(detection, "") };
}
