import type { AttributeMap, Resource } from "../../core/model/telemetry.ts";
import { attributeText } from "./attribute-text.ts";

/** What a resource says of the service that sent it; empty where it says nothing. */
export interface ResourceFacts {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
}

const known = new WeakMap<Resource, ResourceFacts>();

/** Reads them once per resource object. */
export function resourceFacts(resource: Resource): ResourceFacts {
  let facts = known.get(resource);
  if (facts === undefined) {
    const { attributes } = resource;
    facts = {
      service: text(attributes, "service.name"),
      environment:
        text(attributes, "deployment.environment.name") ||
        text(attributes, "deployment.environment"),
      version: text(attributes, "service.version"),
    };
    known.set(resource, facts);
  }
  return facts;
}

function text(attributes: AttributeMap, key: string): string {
  return attributeText(attributes.get(key) ?? null);
}
