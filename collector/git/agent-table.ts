/** How coding agents sign commits, by a pattern over `Name <email>`; first match wins. */
const agents: readonly { readonly agent: string; readonly pattern: RegExp }[] = [
  { agent: "claude-code", pattern: /<noreply@anthropic\.com>|^claude\b/i },
  { agent: "copilot", pattern: /copilot-swe-agent\[bot\]|\+copilot@users\.noreply|^copilot\b/i },
  { agent: "cursor", pattern: /<cursoragent@cursor\.com>|^cursor(?: agent)?\b/i },
  { agent: "codex", pattern: /<(?:noreply|codex)@openai\.com>|^codex\b/i },
  { agent: "gemini-cli", pattern: /^gemini(?:[- ]cli|[- ]code[- ]assist)?\b.*(?:google|\[bot\])/i },
  { agent: "devin", pattern: /devin-ai-integration\[bot\]|^devin\b.*\bai\b/i },
  { agent: "openhands", pattern: /^openhands\b|<openhands@all-hands\.dev>/i },
  { agent: "amp", pattern: /<amp@ampcode\.com>|^amp\b.*ampcode/i },
  { agent: "jules", pattern: /google-labs-jules\[bot\]/i },
  { agent: "opencode", pattern: /<noreply@opencode\.ai>|opencode-agent\[bot\]|^opencode\b/i },
  { agent: "aider", pattern: /\(aider\)|^aider\b/i },
];

/** No name and address are longer; patterns over an endless one would take quadratic time. */
const maxSignatureLength = 1024;

/** The agent behind a signature, or empty for a person. */
export function agentOfSignature(signature: string): string {
  const text = signature.slice(0, maxSignatureLength);
  return agents.find(({ pattern }) => pattern.test(text))?.agent ?? "";
}

/** The model a signature such as `Claude Opus 4.5 <noreply@anthropic.com>` names, or empty. */
export function modelOfSignature(signature: string): string {
  const text = signature.slice(0, maxSignatureLength);
  const name = text.replace(/\s*<[^>]*>\s*$/, "").trim();
  return /\d/.test(name) && !/\[bot\]|\(aider\)/i.test(name) ? name : "";
}
