import { Content, Decided, FenceTaken } from "./command-records.ts";
import type { StoredEvent } from "./commands.ts";

/** A record of the log, at its place. */
export interface LogRecord {
  readonly offset: number;
  readonly key: string;
  readonly value: Buffer | null;
}

/** How a command ended at its place in the log; the same in every process. */
export type Decision =
  | { readonly status: "done"; readonly slot: EventSlot }
  | { readonly status: "conflict"; readonly currentVersion: number }
  | { readonly status: "fenced" };

/** An event whose actor and data may be replaced. */
export interface EventSlot {
  readonly id: string;
  event: StoredEvent;
}

/**
 * The state that the command log amounts to. It depends on the order of the records alone, so
 * every process that applies them decides alike.
 *
 * Holds every event in memory: about 650 bytes each, with data of two short words.
 */
export interface CommandLog {
  apply(record: LogRecord): void;
  read(stream: string): StoredEvent[];
  /** Events after `position`, oldest first. */
  readAll(position: number, limit: number): StoredEvent[];
  /** Every event with the id its records go by. */
  slots(): readonly EventSlot[];
  /** Refused commands whose actor and data are still in the log. */
  leftovers(): readonly string[];
  /** Asks for the decision of a command that is about to be appended. */
  expect(id: string): void;
  /** The decision, once; undefined while it is open. */
  takeDecision(id: string): Decision | undefined;
}

interface State {
  readonly streams: Map<string, EventSlot[]>;
  readonly slots: EventSlot[];
  readonly byId: Map<string, EventSlot>;
  readonly leftovers: Set<string>;
  /** Lease → position of the newest record that took it over. */
  readonly fences: Map<string, number>;
  readonly expected: Map<string, Decision | undefined>;
}

export function createCommandLog(): CommandLog {
  const state: State = {
    streams: new Map(),
    slots: [],
    byId: new Map(),
    leftovers: new Set(),
    fences: new Map(),
    expected: new Map(),
  };
  const { streams, slots, leftovers, expected } = state;
  return {
    apply: (record) => applyTo(state, record),
    read: (stream) => (streams.get(stream) ?? []).map(({ event }) => event),
    readAll(position, limit) {
      const start = firstAfter(slots, position);
      return slots.slice(start, start + limit).map(({ event }) => event);
    },
    slots: () => slots,
    leftovers: () => [...leftovers],
    expect: (id) => void expected.set(id, undefined),
    takeDecision(id) {
      const decision = expected.get(id);
      expected.delete(id);
      return decision;
    },
  };
}

function applyTo(state: State, { offset, key, value }: LogRecord): void {
  const [kind, id] = [key.slice(0, 2), key.slice(2)];
  const json: unknown = value === null ? null : JSON.parse(value.toString());
  if (kind === "e/") {
    const decision = decide(state, id, offset + 1, Decided.parse(json));
    if (state.expected.has(id)) {
      state.expected.set(id, decision);
    }
  } else if (kind === "c/") {
    fill(state, id, json === null ? null : Content.parse(json));
  } else if (kind === "f/") {
    state.fences.set(FenceTaken.parse(json).lease, offset + 1);
  }
}

function decide(state: State, id: string, position: number, decided: Decided): Decision {
  const { stream, expectedVersion, type, timeUnixMs, fence } = decided;
  const events = state.streams.get(stream) ?? [];
  if (fence !== undefined && state.fences.get(fence.lease) !== fence.position) {
    return { status: "fenced" };
  }
  if (events.length !== expectedVersion) {
    return { status: "conflict", currentVersion: events.length };
  }
  const version = expectedVersion + 1;
  const event = { stream, version, position, type, actor: "", timeUnixMs, data: {} };
  const slot: EventSlot = { id, event };
  events.push(slot);
  state.streams.set(stream, events);
  state.slots.push(slot);
  state.byId.set(id, slot);
  return { status: "done", slot };
}

/** Compaction may bring the content of an event later than it was written, never earlier. */
function fill({ byId, leftovers }: State, id: string, content: Content | null): void {
  const slot = byId.get(id);
  if (content === null) {
    leftovers.delete(id);
  } else if (slot === undefined) {
    leftovers.add(id);
  } else {
    slot.event = { ...slot.event, ...content };
  }
}

/** Index of the first event after `position`; events lie in rising positions. */
function firstAfter(slots: readonly EventSlot[], position: number): number {
  let [low, high] = [0, slots.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((slots[middle]?.event.position ?? Infinity) <= position) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
