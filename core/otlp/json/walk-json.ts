import type { Resource, Scope } from "../../model/telemetry.ts";
import { type JsonContext, type JsonObject, mapObjects } from "./fields.ts";
import { readResource, readScope } from "./read-value.ts";

/** How the three lists of a request are called. */
export interface ListNames {
  readonly resources: string;
  readonly scopes: string;
  readonly records: string;
}

/** The resource and scope of a record. */
export interface Envelope {
  readonly resource: Resource;
  readonly scope: Scope;
}

/**
 * Calls `visit` for each record in body order. `envelope` reads resource and scope on first use
 * and adds what was wrong with them to the flags of every record that asks.
 */
export function walkJson(
  context: JsonContext,
  request: JsonObject,
  names: ListNames,
  visit: (record: JsonObject, envelope: () => Envelope) => void,
): void {
  mapObjects(request, names.resources, (resourceGroup) => {
    const resource = readOnce(context, () => readResource(context, resourceGroup));
    mapObjects(resourceGroup, names.scopes, (scopeGroup) => {
      const scope = readOnce(context, () => readScope(context, scopeGroup));
      mapObjects(scopeGroup, names.records, (record) => {
        visit(record, () => ({ resource: resource(), scope: scope() }));
      });
    });
  });
}

/** Reads at the first call; every call adds the flags found then to the current record. */
function readOnce<T>(context: JsonContext, read: () => T): () => T {
  let done: { readonly value: T; readonly flags: number } | null = null;
  return () => {
    if (done === null) {
      const flagsBefore = context.flags;
      context.flags = 0;
      const value = read();
      done = { value, flags: context.flags };
      context.flags |= flagsBefore;
    }
    context.flags |= done.flags;
    return done.value;
  };
}
