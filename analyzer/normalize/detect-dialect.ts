import type { LogRecord, Scope, Span } from "../../core/model/telemetry.ts";
import type { Dialect } from "./dialect.ts";

/**
 * Finds the dialect of a record: its position, or -1 if the record is none of ours.
 *
 * An attribute that only one dialect has decides. Where attributes say no more than the plainest
 * dialect, which comes last, the name of the scope does; it is looked up once per scope object.
 */
export function createDetection(
  dialects: readonly Dialect[],
): (record: Span | LogRecord) => number {
  const marks = marksOf(dialects);
  const initials = initialsOf(marks);
  const ofScope = new WeakMap<Scope, number>();
  const plainest = dialects.length - 1;
  const recognizing = [...dialects.entries()].filter(([, dialect]) => dialect.recognizes);

  function marked(record: Span | LogRecord): number {
    let best = dialects.length;
    for (const name of record.attributes.keys()) {
      if (initials[name.charCodeAt(0)] === true) {
        const position = marks.get(name);
        if (position !== undefined && position < best) {
          best = position;
        }
      }
    }
    return best;
  }

  function scoped(scope: Scope): number {
    const known = ofScope.get(scope);
    if (known !== undefined) {
      return known;
    }
    const position = dialects.findIndex(({ scopes }) =>
      scopes?.some((name) => fitsScope(scope.name, name)),
    );
    ofScope.set(scope, position);
    return position;
  }

  return (record) => {
    const best = marked(record);
    if (best < plainest) {
      return best;
    }
    for (const [position, dialect] of recognizing) {
      if (position < best && dialect.recognizes?.(record) === true) {
        return position;
      }
    }
    if (best > plainest) {
      return -1;
    }
    const position = scoped(record.scope);
    return position < 0 ? best : position;
  };
}

function marksOf(dialects: readonly Dialect[]): ReadonlyMap<string, number> {
  const marks = new Map<string, number>();
  for (const [position, dialect] of dialects.entries()) {
    for (const mark of dialect.marks) {
      marks.set(mark, Math.min(position, marks.get(mark) ?? position));
    }
  }
  return marks;
}

/** Which characters any mark begins with: most names of other telemetry are out at once. */
function initialsOf(marks: ReadonlyMap<string, number>): readonly boolean[] {
  const initials = new Set([...marks.keys()].map((mark) => mark.charCodeAt(0)));
  return Array.from({ length: 128 }, (_, code) => initials.has(code));
}

/** `name.` stands for all that start with it, `name` for itself only. */
function fitsScope(scope: string, name: string): boolean {
  return /[\w]$/.test(name) && !name.endsWith("_") ? scope === name : scope.startsWith(name);
}
