import { identityOf } from "../../../analyzer/normalize/identity.ts";
import { normalizeSpan } from "../../../analyzer/normalize/normalize.ts";
import type { AttributeValue, Resource } from "../../../core/model/telemetry.ts";
import { spanOf } from "../../helpers/otlp-records.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

function resourceOf(attributes: Attributes): Resource {
  return { attributes: new Map(Object.entries(attributes)), schemaUrl: "" };
}

function identify(attributes: Attributes, resource: Attributes = {}) {
  const span = spanOf(attributes);
  return identityOf(resourceOf(resource), span.attributes, normalizeSpan(span));
}

const chat = { "gen_ai.operation.name": "chat" };

describe("identityOf", () => {
  it.each<[Attributes, Attributes, string, string]>([
    [{ ...chat, "gen_ai.agent.name": "shop", "gen_ai.agent.id": "1" }, {}, "agent", "shop"],
    [{ ...chat, "gen_ai.agent.id": "asst_1" }, {}, "agent", "asst_1"],
    [{ "openinference.span.kind": "AGENT", "agent.name": "shop" }, {}, "agent", "shop"],
    [chat, { "gen_ai.agent.name": "shop" }, "agent", "shop"],
    [{ ...chat, "mcp.server.name": "mail" }, {}, "mcp_server", "mail"],
    [{ ...chat, "metadata.user_api_key_hash": "88dc" }, {}, "api_key", "88dc"],
    [{ ...chat, "api_key.id": "k1", "service.account.id": "s" }, {}, "api_key", "k1"],
    [chat, { "k8s.serviceaccount.name": "shop-sa" }, "service_account", "shop-sa"],
    [{ "http.route": "/" }, { "spiffe.id": "spiffe://a/b" }, "service_account", "spiffe://a/b"],
    [{ ...chat, "enduser.id": "alice", "user.id": "alice" }, { "service.name": "x" }, "", ""],
  ])("of %o in %o is %s %s", (attributes, resource, kind, id) => {
    expect(identify(attributes, resource)).toEqual({ kind, id });
  });

  it("bounds the id", () => {
    expect(identify({ ...chat, "api_key.id": "x".repeat(10_000) }).id).toHaveLength(200);
  });
});
