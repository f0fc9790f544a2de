import type { Change, ChangeDetails } from "../../core/model/change.ts";
import type { LogRecord, MetricPoint, Resource, Scope, Span } from "../../core/model/telemetry.ts";
import type { Redactor, Sighting } from "./redactor.ts";

export interface TelemetryRedactor {
  span(span: Span, sightings: Sighting[]): Span;
  log(record: LogRecord, sightings: Sighting[]): LogRecord;
  metric(point: MetricPoint): MetricPoint;
  change(change: Change): Change;
}

/** Masks whole records: every text a sender can write, ids and times left out. */
export function createTelemetryRedactor(redactor: Redactor): TelemetryRedactor {
  const shared = createSharedRedactor(redactor);
  return {
    span: (span, sightings) => maskSpan({ redactor, shared, sightings }, span),
    log: (record, sightings) => maskLog({ redactor, shared, sightings }, record),
    metric: (point) => maskMetric({ redactor, shared, sightings: [] }, point),
    change: (change) => maskChange(redactor, change),
  };
}

interface SharedRedactor {
  resource(original: Resource, sightings: Sighting[]): Resource;
  scope(original: Scope, sightings: Sighting[]): Scope;
}

/**
 * A resource or scope is one object shared by all records of a request, so its masked twin is
 * kept beside it; its sightings go to the first record that has it.
 */
function createSharedRedactor(redactor: Redactor): SharedRedactor {
  const resources = new WeakMap<Resource, Resource>();
  const scopes = new WeakMap<Scope, Scope>();
  return {
    resource: (original, sightings) => {
      const known = resources.get(original);
      if (known !== undefined) {
        return known;
      }
      const attributes = redactor.map(original.attributes, sightings);
      const schemaUrl = redactor.text(original.schemaUrl, "resource", sightings);
      const masked = { ...original, attributes, schemaUrl };
      resources.set(original, masked);
      return masked;
    },
    scope: (original, sightings) => {
      const known = scopes.get(original);
      if (known !== undefined) {
        return known;
      }
      const masked = {
        name: redactor.text(original.name, "scope", sightings),
        version: redactor.text(original.version, "scope", sightings),
        attributes: redactor.map(original.attributes, sightings),
        schemaUrl: redactor.text(original.schemaUrl, "scope", sightings),
      };
      scopes.set(original, masked);
      return masked;
    },
  };
}

interface Tools {
  readonly redactor: Redactor;
  readonly shared: SharedRedactor;
  readonly sightings: Sighting[];
}

function maskSpan({ redactor, shared, sightings }: Tools, span: Span): Span {
  return {
    ...span,
    resource: shared.resource(span.resource, sightings),
    scope: shared.scope(span.scope, sightings),
    name: redactor.text(span.name, "name", sightings),
    traceState: redactor.text(span.traceState, "tracestate", sightings),
    statusMessage: redactor.text(span.statusMessage, "status", sightings),
    attributes: redactor.map(span.attributes, sightings),
    events: span.events.map((event) => ({
      ...event,
      name: redactor.text(event.name, "event", sightings),
      attributes: redactor.map(event.attributes, sightings),
    })),
    links: span.links.map((link) => ({
      ...link,
      traceState: redactor.text(link.traceState, "link", sightings),
      attributes: redactor.map(link.attributes, sightings),
    })),
  };
}

function maskLog({ redactor, shared, sightings }: Tools, record: LogRecord): LogRecord {
  return {
    ...record,
    resource: shared.resource(record.resource, sightings),
    scope: shared.scope(record.scope, sightings),
    body: redactor.value(record.body, "body", sightings),
    attributes: redactor.map(record.attributes, sightings),
    eventName: redactor.text(record.eventName, "event", sightings),
    severityText: redactor.text(record.severityText, "severity", sightings),
  };
}

function maskMetric({ redactor, shared, sightings }: Tools, point: MetricPoint): MetricPoint {
  return {
    ...point,
    resource: shared.resource(point.resource, sightings),
    scope: shared.scope(point.scope, sightings),
    metricName: redactor.text(point.metricName, "name", sightings),
    metricDescription: redactor.text(point.metricDescription, "description", sightings),
    metricUnit: redactor.text(point.metricUnit, "unit", sightings),
    attributes: redactor.map(point.attributes, sightings),
    exemplars: point.exemplars.map((exemplar) => ({
      ...exemplar,
      filteredAttributes: redactor.map(exemplar.filteredAttributes, sightings),
    })),
  };
}

function maskChange(redactor: Redactor, change: Change): Change {
  function mask(text: string): string {
    return redactor.text(text, "change", []);
  }

  const { session } = change;
  return {
    ...change,
    changeId: mask(change.changeId),
    service: mask(change.service),
    environment: mask(change.environment),
    name: mask(change.name),
    version: mask(change.version),
    repository: mask(change.repository),
    author: mask(change.author),
    message: mask(change.message),
    files: change.files.map(mask),
    pullRequest: mask(change.pullRequest),
    prompt: mask(change.prompt),
    intent: mask(change.intent),
    session: session && {
      agent: mask(session.agent),
      id: mask(session.id),
      model: mask(session.model),
    },
    details: maskDeep(change.details, mask) as ChangeDetails,
  };
}

/** Masks every text of a JSON value, names of members included. */
function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") {
    return mask(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => maskDeep(item, mask));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [mask(name), maskDeep(item, mask)]),
    );
  }
  return value;
}
