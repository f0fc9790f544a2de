import type { DraftData } from "../../feedback/proposals/proposal-event.ts";

/** Data of a `drafted` event with every field that a test does not care about filled in. */
export function draftOf(changes: Partial<DraftData> = {}): DraftData {
  return {
    fingerprint: "0123456789abcdef0123456789abcdef",
    fingerprints: [],
    control: "",
    surface: "guardrail",
    target: { repository: "shop", path: ".claude/settings.json", format: "claude-settings" },
    enforcement: "enforced",
    title: "Add guardrail",
    summary: "Add a rule.",
    body: "body",
    patch: "",
    files: [],
    findings: ["f1"],
    changes: [],
    service: "shop-assistant",
    environment: "production",
    findingType: "data_exfiltration",
    backtest: null,
    draftHold: "",
    hold: "",
    requestedBy: "",
    ...changes,
  };
}
