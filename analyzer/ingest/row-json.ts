import type { AttributeMap, Resource, Scope } from "../../core/model/telemetry.ts";
import { attributesJson, attributeText } from "./attribute-json.ts";

/** Greatest nanosecond `DateTime64(9)` holds: 2262-04-11. */
const maxUnixNano = 9_223_372_036_854_775_807n;

/** `DateTime64(9)` as ClickHouse reads it from JSON: ticks. Text forms fail near the epoch. */
export function dateTime64Json(unixNano: bigint): string {
  return (unixNano > maxUnixNano ? maxUnixNano : unixNano).toString();
}

/** A finite number as JSON; NaN and the infinities in the quoted form ClickHouse reads. */
export function numberJson(value: number): string {
  if (Number.isFinite(value)) {
    return String(value);
  }
  if (Number.isNaN(value)) {
    return '"nan"';
  }
  return value > 0 ? '"inf"' : '"-inf"';
}

/** What every row takes from its resource, computed once per resource object. */
export interface ResourceColumns {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  /** All attributes as a JSON object of texts. */
  readonly attributesText: string;
  /** `"ServiceName":…,"ResourceAttributes":…,"ResourceSchemaUrl":…` without braces. */
  readonly json: string;
}

const resourceCache = new WeakMap<Resource, ResourceColumns>();

export function resourceColumns(resource: Resource): ResourceColumns {
  const known = resourceCache.get(resource);
  if (known !== undefined) {
    return known;
  }
  const { attributes } = resource;
  const service = text(attributes, "service.name");
  const attributesText = attributesJson(attributes);
  const columns = {
    service,
    environment:
      text(attributes, "deployment.environment.name") || text(attributes, "deployment.environment"),
    version: text(attributes, "service.version"),
    attributesText,
    json:
      `"ServiceName":${JSON.stringify(service)},` +
      `"ResourceAttributes":${attributesText},` +
      `"ResourceSchemaUrl":${JSON.stringify(resource.schemaUrl)}`,
  };
  resourceCache.set(resource, columns);
  return columns;
}

function text(attributes: AttributeMap, key: string): string {
  return attributeText(attributes.get(key) ?? null);
}

const scopeCache = new WeakMap<Scope, string>();

/** `"ScopeName":…,"ScopeVersion":…,"ScopeSchemaUrl":…` without braces. */
export function scopeJson(scope: Scope): string {
  const known = scopeCache.get(scope);
  if (known !== undefined) {
    return known;
  }
  const json =
    `"ScopeName":${JSON.stringify(scope.name)},` +
    `"ScopeVersion":${JSON.stringify(scope.version)},` +
    `"ScopeSchemaUrl":${JSON.stringify(scope.schemaUrl)}`;
  scopeCache.set(scope, json);
  return json;
}

const scopeValuesCache = new WeakMap<Scope, string>();

/** Values of ScopeName, ScopeVersion and ScopeSchemaUrl. */
export function scopeValuesJson(scope: Scope): string {
  const known = scopeValuesCache.get(scope);
  if (known !== undefined) {
    return known;
  }
  const { name, version, schemaUrl } = scope;
  const json = [name, version, schemaUrl].map((value) => JSON.stringify(value)).join(",");
  scopeValuesCache.set(scope, json);
  return json;
}

/** Columns that name the batch; kept apart so that a row's own text can be compared. */
export function batchColumnsJson(
  tenant: string,
  batchId: string,
  receivedAtUnixMs: number,
): string {
  return (
    `"Tenant":${JSON.stringify(tenant)},"BatchId":${JSON.stringify(batchId)},` +
    `"ReceivedAt":${Math.trunc(receivedAtUnixMs)}`
  );
}
