import type { Logger } from "../../core/log.ts";
import type { InspectedSpan } from "../inspect/inspector.ts";
import { operationNames } from "../normalize/operation.ts";
import type { ResourceFacts } from "./resource-facts.ts";
import type { RowOrigin } from "./row-block.ts";
import { type SpanNames, spanNames } from "./span-names.ts";
import {
  createTenantLimits,
  limitFacts,
  limitName,
  type SeriesDimension,
  startDay,
  type TenantLimits,
} from "./tenant-limits.ts";

/**
 * Bounds how many series the telemetry of a tenant makes: its senders may put a new name into
 * every span. Of each dimension the first `maxValues` names of a tenant keep their place, and
 * any further one becomes `other`. A name loses its place when a whole UTC day (of receipt) has
 * passed without it, so a flood neither displaces what is in use nor blocks newcomers for good.
 *
 * Names depend on the order of records alone, but start afresh with the process: a batch that is
 * repeated after a restart may name its rows otherwise. Its counts stay exact, since neither the
 * insert token nor the identity of a span has a name in it.
 */
export interface SeriesLimit {
  span(inspected: InspectedSpan, origin: RowOrigin): SpanNames;
  /** For the signals that have no other names than those of their resource. */
  facts(facts: ResourceFacts, origin: RowOrigin): ResourceFacts;
  /** How many names became `other` since the call before. */
  takeOverflow(): ReadonlyMap<SeriesDimension, number>;
}

export interface SeriesLimitOptions {
  /** Names of one dimension and tenant; `analyzer.maxSeriesValues`. */
  readonly maxValues: number;
  readonly logger: Logger;
}

const dayMs = 86_400_000;
/** Always themselves: what a model call or a tool call is must not depend on who came first. */
const canonicalOperations: ReadonlySet<string> = new Set(operationNames().values());

export function createSeriesLimit({ maxValues, logger }: SeriesLimitOptions): SeriesLimit {
  const tenants = new Map<string, TenantLimits>();
  let overflow = new Map<SeriesDimension, number>();

  function limitsOf({ tenant, receivedAtUnixMs }: RowOrigin): TenantLimits {
    let limits = tenants.get(tenant);
    if (limits === undefined) {
      limits = createTenantLimits(maxValues, (dimension, isFirstOfDay) => {
        overflow.set(dimension, (overflow.get(dimension) ?? 0) + 1);
        if (isFirstOfDay) {
          logger.warn({ tenant, dimension, maxValues }, "Too many names; further ones are `other`");
        }
      });
      tenants.set(tenant, limits);
    }
    startDay(limits, Math.floor(receivedAtUnixMs / dayMs));
    return limits;
  }

  return {
    span(inspected, origin) {
      const limits = limitsOf(origin);
      const names = spanNames(inspected);
      const { service, environment, version } = limitFacts(limits, names);
      const { operation } = names;
      return {
        service,
        environment,
        version,
        operation: canonicalOperations.has(operation)
          ? operation
          : limitName(limits.operation, operation),
        requestModel: limitName(limits.requestModel, names.requestModel),
        responseModel: limitName(limits.responseModel, names.responseModel),
        agent: limitName(limits.agent, names.agent),
        tool: limitName(limits.tool, names.tool),
        prompt: limitName(limits.prompt, names.prompt),
      };
    },
    facts: (facts, origin) => limitFacts(limitsOf(origin), facts),
    takeOverflow() {
      const taken = overflow;
      overflow = new Map();
      return taken;
    },
  };
}
