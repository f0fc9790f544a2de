import type { FindingType } from "./finding.ts";
import { stableId } from "./identity.ts";

/** The typed slots of a title; every one is an identifier, none is free text. */
export interface TitleSlots {
  readonly type: FindingType;
  readonly service: string;
  readonly tool: string;
  readonly targetClass: string;
}

/** Templates by type: without a tool, and with one where that reads better. */
const templates: Record<FindingType, readonly [plain: string, withTool?: string]> = {
  "prompt_injection.direct": ["Prompt injection in input to {service}"],
  "prompt_injection.indirect": [
    "Indirect prompt injection in content read by {service}",
    "Indirect prompt injection through tool {tool} of {service}",
  ],
  jailbreak: ["Jailbreak attempt against {service}"],
  secret_leak: ["Secret in content of {service}", "Secret in a call of tool {tool} by {service}"],
  pii_leak: [
    "Personal data ({target}) in content of {service}",
    "Personal data ({target}) in a call of tool {tool} by {service}",
  ],
  system_prompt_leak: ["System prompt disclosed by {service}"],
  data_exfiltration: ["Data sent out by {service}", "Data sent out through {tool} by {service}"],
  model_extraction: ["Model extraction by repeated queries to {service}"],
  data_poisoning: ["Poisoned data reaching {service}"],
  tool_misuse: ["Tool misuse in {service}", "Misuse of tool {tool} in {service}"],
  tool_poisoning: ["Poisoned tool definition in {service}", "Poisoned tool {tool} in {service}"],
  unsafe_command: [
    "Unsafe command ({target}) run by {service}",
    "Unsafe command ({target}) in tool {tool} of {service}",
  ],
  unsafe_code: ["Unsafe code ({target}) written by {service}"],
  unsafe_output: ["Unsafe output ({target}) from {service}"],
  hallucinated_package: ["Hallucinated package suggested by {service}"],
  hidden_text: ["Hidden text in content read by {service}"],
  degenerate_output: ["Degenerate output from {service}"],
  privilege_escalation: [
    "Privilege escalation in {service}",
    "Privilege escalation through tool {tool} in {service}",
  ],
  identity_anomaly: ["Identity outside its baseline in {service}"],
  architecture_violation: ["Call that violates the architecture in {service}"],
  cost_anomaly: ["Cost anomaly ({target}) in {service}"],
  performance_regression: [
    "Performance regression ({target}) in {service}",
    "Performance regression ({target}) of tool {tool} in {service}",
  ],
  error_regression: [
    "Error regression ({target}) in {service}",
    "Error regression ({target}) of tool {tool} in {service}",
  ],
  "drift.distribution": ["Distribution drift ({target}) in {service}"],
  "drift.text": ["Text drift ({target}) in {service}"],
  "drift.behaviour": ["Behavior drift ({target}) in {service}"],
  novel_value: ["New value ({target}) in {service}", "New tool {tool} in {service}"],
  no_data: ["No data from {service}"],
};

/**
 * Title of a finding from a closed table of templates. Slots that are not plain identifiers
 * (`[A-Za-z0-9_.:/-]`, 1 to 64 characters) show a short hash of their value, an empty one
 * shows `unknown`: no telemetry text ever reaches a title.
 */
export function findingTitle({ type, service, tool, targetClass }: TitleSlots): string {
  const [plain, withTool] = templates[type];
  const slots: Record<string, string> = { service, tool, target: targetClass };
  const template = tool !== "" && withTool !== undefined ? withTool : plain;
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => safeIdentifier(slots[name] ?? ""));
}

/** The value itself if it is a plain identifier, else `#` and eight hex digits of its hash. */
export function safeIdentifier(value: string): string {
  if (value === "") {
    return "unknown";
  }
  if (/^[A-Za-z0-9_.:/-]{1,64}$/.test(value)) {
    return value;
  }
  return `#${stableId(value).slice(0, 8)}`;
}
