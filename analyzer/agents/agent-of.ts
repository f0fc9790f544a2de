import type { LogRecord, Resource, Scope, Span } from "../../core/model/telemetry.ts";
import type { CodingAgent } from "./coding-agent.ts";
import { codingAgents } from "./registry.ts";

/**
 * The coding agent a record comes from, by its scope, else its `service.name`, else the
 * beginning of its event or span name; `null` for all other telemetry.
 *
 * Called for every record: what scope and resource say is remembered per object, which the
 * records of one request share.
 */
export function agentOf(record: LogRecord | Span): CodingAgent | null {
  return (
    agentOfScope(record.scope) ??
    agentOfResource(record.resource) ??
    ("eventName" in record
      ? (agentOfName(record.eventName) ?? agentOfName(record.body))
      : agentOfName(record.name))
  );
}

/** The event or span name without the agent's own prefix: `tool_result`. */
export function shortName(agent: CodingAgent, record: LogRecord | Span): string {
  const names = "eventName" in record ? [record.eventName, record.body] : [record.name];
  const name = names.find((each) => typeof each === "string" && each !== "");
  const text = typeof name === "string" ? name : "";
  const prefix = agent.prefixes.find((each) => text.startsWith(each)) ?? "";
  return text.slice(prefix.length);
}

const scopes = new WeakMap<Scope, CodingAgent | null>();

function agentOfScope(scope: Scope): CodingAgent | null {
  const known = scopes.get(scope);
  if (known !== undefined) {
    return known;
  }
  const found =
    codingAgents.find((agent) => agent.scopes.some((start) => scope.name.startsWith(start))) ??
    null;
  scopes.set(scope, found);
  return found;
}

const resources = new WeakMap<Resource, CodingAgent | null>();

function agentOfResource(resource: Resource): CodingAgent | null {
  const known = resources.get(resource);
  if (known !== undefined) {
    return known;
  }
  const service = resource.attributes.get("service.name");
  const found =
    codingAgents.find((agent) => agent.services.some((name) => name === service)) ?? null;
  resources.set(resource, found);
  return found;
}

function agentOfName(name: unknown): CodingAgent | null {
  if (typeof name !== "string" || !mayBePrefix(name.charCodeAt(0))) {
    return null;
  }
  for (const agent of codingAgents) {
    for (const prefix of agent.prefixes) {
      if (name.startsWith(prefix)) {
        return agent;
      }
    }
  }
  return null;
}

const firstLetters: ReadonlySet<number> = new Set(
  codingAgents.flatMap(({ prefixes }) => prefixes.map((prefix) => prefix.charCodeAt(0))),
);

function mayBePrefix(code: number): boolean {
  return firstLetters.has(code);
}
