import type { ResourceFacts } from "./resource-facts.ts";
import { createValueLimit, type ValueLimit } from "./value-limit.ts";

/** What is limited. A stream is a service in an environment: the unit that windows close by. */
export const seriesDimensions = [
  "service",
  "environment",
  "version",
  "stream",
  "operation",
  "requestModel",
  "responseModel",
  "agent",
  "tool",
  "prompt",
] as const;

export type SeriesDimension = (typeof seriesDimensions)[number];

/** Stands for every name beyond the limit. */
export const otherName = "other";

/** What a tenant has named on a day. */
export interface TenantLimits extends Readonly<Record<SeriesDimension, ValueLimit>> {
  day: number;
  /** The stream that was admitted last; `null` for none on this day. */
  lastService: string | null;
  lastEnvironment: string;
}

/** UTF-16 units; longer names are cut, so that what is remembered of them stays small. */
const maxNameLength = 256;

/** @param onOverflow called for every name without a place. */
export function createTenantLimits(
  maxValues: number,
  onOverflow: (dimension: SeriesDimension, isFirstOfDay: boolean) => void,
): TenantLimits {
  function limitOf(dimension: SeriesDimension): ValueLimit {
    return createValueLimit(maxValues, (isFirstOfDay) => onOverflow(dimension, isFirstOfDay));
  }
  return {
    day: 0,
    lastService: null,
    lastEnvironment: "",
    service: limitOf("service"),
    environment: limitOf("environment"),
    version: limitOf("version"),
    stream: limitOf("stream"),
    operation: limitOf("operation"),
    requestModel: limitOf("requestModel"),
    responseModel: limitOf("responseModel"),
    agent: limitOf("agent"),
    tool: limitOf("tool"),
    prompt: limitOf("prompt"),
  };
}

/** To be called before names of a day are limited. */
export function startDay(limits: TenantLimits, day: number): void {
  if (day === limits.day) {
    return;
  }
  limits.day = day;
  limits.lastService = null;
  for (const dimension of seriesDimensions) {
    limits[dimension].startDay(day);
  }
}

export function limitFacts(limits: TenantLimits, facts: ResourceFacts): ResourceFacts {
  const service = limitName(limits.service, facts.service);
  const environment = limitName(limits.environment, facts.environment);
  const version = limitName(limits.version, facts.version);
  return admitsStream(limits, service, environment)
    ? { service, environment, version }
    : { service: otherName, environment: otherName, version };
}

/** Few services in few environments can still be many streams. */
function admitsStream(limits: TenantLimits, service: string, environment: string): boolean {
  if (service === limits.lastService && environment === limits.lastEnvironment) {
    return true;
  }
  const isOther = service === otherName && environment === otherName;
  // The length keeps apart what would read the same.
  if (!(isOther || limits.stream.admits(`${service.length} ${service}${environment}`))) {
    return false;
  }
  limits.lastService = service;
  limits.lastEnvironment = environment;
  return true;
}

export function limitName(limit: ValueLimit, name: string): string {
  if (name === "" || name === otherName) {
    return name;
  }
  const cut = name.length > maxNameLength ? name.slice(0, maxNameLength) : name;
  return limit.admits(cut) ? cut : otherName;
}
