import type { Change, ChangeKind } from "../../core/model/change.ts";
import { createChange } from "../../core/model/create-change.ts";
import { stableId } from "../../core/model/identity.ts";
import type { Stream } from "../series/stream.ts";
import type { NovelValue, SeenValue } from "./noticed-value.ts";
import { type NovelRelease, novelReleases, type ReleaseFact } from "./novel-releases.ts";
import { novelModels, novelPrompts } from "./novel-values.ts";

const dayMs = 86_400_000;

/** Changes of one dimension and day that are told one by one; the rest is counted in one more. */
const maxChangesPerDay = 8;

/** Everything a stream's spans have shown, and how much of a day's news was not read. */
export interface SeenValues {
  readonly values: readonly SeenValue[];
  /** First uses per dimension and day (its start, Unix milliseconds). */
  readonly firstUses: ReadonlyMap<string, number>;
}

/** Key of `SeenValues.firstUses`. */
export function dayKey(dimension: SeenValue["dimension"], timeUnixMs: number): string {
  return `${dimension}/${timeUnixMs - (timeUnixMs % dayMs)}`;
}

/**
 * The changes that a stream's values amount to: a pure function of what was first seen when, so a
 * replay, a restart or another order of arrival gives the same changes with the same ids.
 *
 * A dimension that keeps bringing new values (a prompt per request) has at most eight changes per
 * day and one that counts the others, in powers of two so that it is seldom rewritten.
 *
 * @param untilUnixMs first uses from here on are not settled yet
 */
export function noticedChanges(
  stream: Stream,
  { values, firstUses }: SeenValues,
  untilUnixMs: number,
): Change[] {
  const settled = values.filter(({ firstUnixMs }) => firstUnixMs < untilUnixMs);
  const byDimension = Map.groupBy(settled, ({ dimension }) => dimension);
  const found = {
    release: novelReleases(byDimension.get("release") ?? []).map((release) =>
      releaseChange(stream, release),
    ),
    model: novelModels(byDimension.get("model") ?? []).map((novel) => modelChange(stream, novel)),
    prompt: novelPrompts(byDimension.get("prompt") ?? []).map((novel) =>
      promptChange(stream, novel),
    ),
  };
  return (["release", "model", "prompt"] as const).flatMap((dimension) => {
    const days = Map.groupBy(found[dimension], ({ timeUnixMs }) => dayKey(dimension, timeUnixMs));
    const inHand = Map.groupBy(byDimension.get(dimension) ?? [], (each) =>
      dayKey(dimension, each.firstUnixMs),
    );
    return [...days].flatMap(([day, changes]) => {
      const unread = (firstUses.get(day) ?? 0) - (inHand.get(day)?.length ?? 0);
      return withinDay(stream, dimension, changes, Math.max(0, unread));
    });
  });
}

function withinDay(
  stream: Stream,
  dimension: SeenValue["dimension"],
  changes: readonly Change[],
  unread: number,
): Change[] {
  const shown = changes.slice(0, maxChangesPerDay);
  const [other] = changes.slice(maxChangesPerDay);
  if (other === undefined) {
    return shown;
  }
  const count = changes.length - maxChangesPerDay + unread;
  const dayUnixMs = other.timeUnixMs - (other.timeUnixMs % dayMs);
  return [
    ...shown,
    {
      ...baseOf(stream, other.kind, other.timeUnixMs),
      changeId: noticedId(stream, dimension, "other", String(dayUnixMs)),
      name: "other values",
      details: { type: "other", dimension, atLeast: 2 ** Math.floor(Math.log2(count)) },
    },
  ];
}

function releaseChange(stream: Stream, release: NovelRelease): Change {
  const { fact, value, previous, facts, digests, first } = release;
  return {
    ...baseOf(stream, "deployment", first.firstUnixMs),
    changeId: noticedId(stream, "release", fact, value),
    name: textOf(facts, "k8s.deployment.name"),
    version: textOf(facts, "service.version") || textOf(facts, "container.image.tag"),
    repository: textOf(facts, "vcs.repository.url.full"),
    revision: fullCommit(textOf(facts, "vcs.ref.head.revision")),
    status: "succeeded",
    artifacts: digests,
    details: {
      dimension: fact,
      current: value,
      previous,
      ...Object.fromEntries(facts),
      traceId: first.traceId,
    },
  };
}

function textOf(facts: ReadonlyMap<ReleaseFact, string>, fact: ReleaseFact): string {
  return facts.get(fact) ?? "";
}

function fullCommit(text: string): string {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text) ? text.toLowerCase() : "";
}

function modelChange(stream: Stream, novel: NovelValue): Change {
  const [agent = "", requestModel = ""] = novel.subject;
  return {
    ...baseOf(stream, "model", novel.firstUnixMs),
    changeId: noticedId(stream, "model", JSON.stringify(novel.subject), novel.value),
    name: requestModel || novel.value,
    version: novel.value,
    details: {
      dimension: "gen_ai.response.model",
      agent,
      requestModel,
      ...aboutFirst(novel),
    },
  };
}

function promptChange(stream: Stream, novel: NovelValue): Change {
  const [agent = ""] = novel.subject;
  return {
    ...baseOf(stream, "prompt_template", novel.firstUnixMs),
    changeId: noticedId(stream, "prompt", JSON.stringify(novel.subject), novel.value),
    name: agent,
    version: novel.value,
    details: { dimension: "prompt and tools", agent, ...aboutFirst(novel) },
  };
}

function aboutFirst({ value, previous, version, traceId, spanId }: NovelValue) {
  return { current: value, previous, serviceVersion: version, traceId, spanId };
}

/** The same value of the same stream always gives the same change. */
function noticedId(stream: Stream, dimension: string, subject: string, value: string): string {
  const { tenant, service, environment } = stream;
  return `noticed-${stableId(tenant, service, environment, dimension, subject, value)}`;
}

function baseOf(stream: Stream, kind: ChangeKind, timeUnixMs: number): Change {
  const { tenant, service, environment } = stream;
  const said = { tenant, service, environment, kind, timeUnixMs };
  return createChange({ ...said, changeId: "", source: "telemetry" });
}
