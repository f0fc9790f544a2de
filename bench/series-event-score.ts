/** A stream of labelled rows and the rows on which a detector alerted. */
export interface AlertedStream {
  readonly labels: ArrayLike<number>;
  readonly alerts: ArrayLike<number | boolean>;
  readonly days: number;
}

export interface EventScore {
  readonly f1: number;
  readonly precision: number;
  readonly recall: number;
  readonly falseAlarmsPerDay: number;
  readonly events: number;
  readonly detected: number;
  readonly falseAlarms: number;
  readonly medianDelayRows: number;
}

const before = 1;
const after = 3;

/**
 * Scores alerts against labelled events (runs of rows labelled 1): an event [a, b] is detected
 * if an alert lies in [a − 1, b + 3]; an alert that lies near no event is false. Precision is
 * detected / (detected + false).
 */
export function eventScore(streams: readonly AlertedStream[]): EventScore {
  let [events, detected, falseAlarms, days] = [0, 0, 0, 0];
  const delays: number[] = [];
  for (const stream of streams) {
    const near = new Set<number>();
    for (const [from, to] of eventsOf(stream.labels)) {
      events += 1;
      const hits = alertsIn(stream, from - before, to + after);
      hits.forEach((row) => near.add(row));
      if (hits[0] !== undefined) {
        detected += 1;
        delays.push(hits[0] - from);
      }
    }
    falseAlarms += alertsIn(stream, 0, stream.labels.length - 1).filter((r) => !near.has(r)).length;
    days += stream.days;
  }
  const precision = detected / Math.max(1, detected + falseAlarms);
  const recall = detected / Math.max(1, events);
  delays.sort((a, b) => a - b);
  return {
    f1: (2 * precision * recall) / Math.max(Number.MIN_VALUE, precision + recall),
    precision,
    recall,
    falseAlarmsPerDay: falseAlarms / days,
    events,
    detected,
    falseAlarms,
    medianDelayRows: delays[Math.floor(delays.length / 2)] ?? Number.NaN,
  };
}

function eventsOf(labels: ArrayLike<number>): [from: number, to: number][] {
  const events: [number, number][] = [];
  for (let row = 0; row < labels.length; row++) {
    const open = events.at(-1);
    if (labels[row] === 1 && open !== undefined && open[1] === row - 1) {
      open[1] = row;
    } else if (labels[row] === 1) {
      events.push([row, row]);
    }
  }
  return events;
}

function alertsIn({ alerts }: AlertedStream, from: number, to: number): number[] {
  const rows: number[] = [];
  for (let row = Math.max(0, from); row <= Math.min(to, alerts.length - 1); row++) {
    if (alerts[row] === true || alerts[row] === 1) {
      rows.push(row);
    }
  }
  return rows;
}
