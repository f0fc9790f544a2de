import type { Change } from "../../core/model/change.ts";
import type { LogRecord, MetricPoint, Resource, Scope, Span } from "../../core/model/telemetry.ts";
import type { Redactor, Sighting } from "./redactor.ts";

export interface TelemetryRedactor {
  span(span: Span, sightings: Sighting[]): Span;
  log(record: LogRecord, sightings: Sighting[]): LogRecord;
  metric(point: MetricPoint): MetricPoint;
  change(change: Change): Change;
}

/**
 * Masks whole records. A resource or scope is one object shared by all records of a request,
 * so its masked twin is kept beside it; its sightings go to the first record that has it.
 */
export function createTelemetryRedactor(redactor: Redactor): TelemetryRedactor {
  const resources = new WeakMap<Resource, Resource>();
  const scopes = new WeakMap<Scope, Scope>();

  function resource(original: Resource, sightings: Sighting[]): Resource {
    const known = resources.get(original);
    if (known !== undefined) {
      return known;
    }
    const attributes = redactor.map(original.attributes, sightings);
    const schemaUrl = redactor.text(original.schemaUrl, "resource", sightings);
    const masked = { ...original, attributes, schemaUrl };
    resources.set(original, masked);
    return masked;
  }

  function scope(original: Scope, sightings: Sighting[]): Scope {
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
  }

  return {
    span: (span, sightings) => ({
      ...span,
      resource: resource(span.resource, sightings),
      scope: scope(span.scope, sightings),
      name: redactor.text(span.name, "name", sightings),
      traceState: redactor.text(span.traceState, "tracestate", sightings),
      statusMessage: redactor.text(span.statusMessage, "status", sightings),
      attributes: redactor.map(span.attributes, sightings),
      events:
        span.events.length === 0
          ? span.events
          : span.events.map((event) => ({
              ...event,
              name: redactor.text(event.name, "event", sightings),
              attributes: redactor.map(event.attributes, sightings),
            })),
      links:
        span.links.length === 0
          ? span.links
          : span.links.map((link) => ({
              ...link,
              traceState: redactor.text(link.traceState, "link", sightings),
              attributes: redactor.map(link.attributes, sightings),
            })),
    }),
    log: (record, sightings) => ({
      ...record,
      resource: resource(record.resource, sightings),
      scope: scope(record.scope, sightings),
      body: redactor.value(record.body, "body", sightings),
      attributes: redactor.map(record.attributes, sightings),
      eventName: redactor.text(record.eventName, "event", sightings),
      severityText: redactor.text(record.severityText, "severity", sightings),
    }),
    metric: (point) => ({
      ...point,
      resource: resource(point.resource, []),
      scope: scope(point.scope, []),
      metricName: redactor.text(point.metricName, "name", []),
      metricDescription: redactor.text(point.metricDescription, "description", []),
      metricUnit: redactor.text(point.metricUnit, "unit", []),
      attributes: redactor.map(point.attributes, []),
      exemplars: point.exemplars.map((exemplar) => ({
        ...exemplar,
        filteredAttributes: redactor.map(exemplar.filteredAttributes, []),
      })),
    }),
    change: (change) => maskChange(redactor, change),
  };
}

/** Masks every free text of a change; ids, times and revisions have formats of their own. */
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
  };
}
