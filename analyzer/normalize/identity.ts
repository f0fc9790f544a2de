import type { GenAiRecord } from "../../core/model/genai.ts";
import type { AttributeMap, Resource } from "../../core/model/telemetry.ts";

/** What kind of non-human identity acted; empty where telemetry does not say. */
export type IdentityKind = "agent" | "service_account" | "mcp_server" | "api_key" | "";

export interface Identity {
  readonly kind: IdentityKind;
  readonly id: string;
}

/**
 * Attributes that name an identity, the preferred one first. People are none: `enduser.*` and
 * `user.*` are left out. An id of a key stands here, never a key.
 */
const mcpServerNames = ["mcp.server.name", "mcp.server.id", "mcp_server_name", "mcp_server.name"];
const apiKeyNames = [
  "api_key.id",
  "api.key.id",
  "gen_ai.api_key.id",
  "openai.api_key.id",
  "gcp.apikey.id",
  // LiteLLM's proxy.
  "metadata.user_api_key_alias",
  "metadata.user_api_key_hash",
];
const serviceAccountNames = [
  "service_account.id",
  "service.account.id",
  "service_account.name",
  "service.account.name",
  "service.account",
  "gcp.service_account.email",
  "aws.iam.role.arn",
  "spiffe.id",
  "k8s.serviceaccount.name",
  "k8s.service_account.name",
  "k8s.pod.service_account.name",
];

/** Longer ids are cut. */
const maxLength = 200;

const nobody: Identity = { kind: "", id: "" };

const ofResource = new WeakMap<Resource, Identity>();

/**
 * The non-human identity that acted in a record: the agent if it is named, else the MCP server
 * whose side the record shows, else the API key, else the service account of the record or of
 * the process.
 *
 * An agent goes by its name: several frameworks make a new `gen_ai.agent.id` for every run. An
 * MCP client's record without an agent belongs to the client, whose server is only whom it asked.
 */
export function identityOf(
  resource: Resource,
  attributes: AttributeMap,
  genAi: GenAiRecord | null,
): Identity {
  if (genAi !== null && genAi.agent !== "") {
    return { kind: "agent", id: bounded(genAi.agent) };
  }
  const own = genAi === null ? nobody : identityIn(attributes);
  return own === nobody ? resourceIdentity(resource) : own;
}

function identityIn(attributes: AttributeMap): Identity {
  return (
    named("mcp_server", attributes, mcpServerNames) ??
    named("api_key", attributes, apiKeyNames) ??
    named("service_account", attributes, serviceAccountNames) ??
    nobody
  );
}

/** Looked up once per resource object. */
function resourceIdentity(resource: Resource): Identity {
  const known = ofResource.get(resource);
  if (known !== undefined) {
    return known;
  }
  const { attributes } = resource;
  const identity =
    named("agent", attributes, ["gen_ai.agent.name", "gen_ai.agent.id"]) ?? identityIn(attributes);
  ofResource.set(resource, identity);
  return identity;
}

function named(
  kind: IdentityKind,
  attributes: AttributeMap,
  names: readonly string[],
): Identity | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    if (typeof value === "string" && value !== "") {
      return { kind, id: bounded(value) };
    }
  }
  return undefined;
}

function bounded(id: string): string {
  return id.length > maxLength ? id.slice(0, maxLength) : id;
}
