import {
  type CategoryDrift,
  type Counts,
  categoryDrift,
} from "../../detectors/series/category-drift.ts";
import { alarmNats } from "../../detectors/series/cusum.ts";
import {
  closeEpisode,
  createEpisode,
  type Episode,
  isAdopted,
  openEpisode,
} from "../../detectors/series/episode.ts";
import { sanitizeName, scoreOf } from "../../detectors/series/excerpt.ts";
import { isFull, isStale, type OpenCell, widen } from "../../detectors/series/open-cell.ts";
import {
  defineSeriesMetric,
  type SeriesAlarm,
  type SeriesMetric,
} from "../../detectors/series/series-metric.ts";
import type { CategoryCounts, SeriesWindow } from "../series-window.ts";
import {
  adoptMix,
  createMixReference,
  learnMix,
  type MixReference,
  referenceMix,
} from "./mix-reference.ts";

interface MixState {
  cell: OpenCell & { counts: Record<string, number> };
  readonly reference: MixReference;
  /** Whether each of the newest cells drifted, with the start of it. */
  recent: { readonly fromUnixMs: number; readonly drifted: boolean }[];
  readonly episode: Episode;
}

const cellSize = { target: 200, least: 100 };
const persistence = { cells: 5, drifted: 3 };
/** Three cells in a row at this level are beyond what the alarm threshold of others asks. */
const options = { alpha: 1e-6, minDistance: 0.1, minShareChange: 0.05 };
const maxCategories = 32;

/**
 * The mix of categories of an operation or a service: which tools it calls, why generations end.
 *
 * Windows are taken together until 200 items are in hand and compared with the same hours of the
 * last weeks and with all hours (see `mix-reference.ts`): G-test at 1e-6, Jensen–Shannon distance
 * at least 0.1 and one share moved by 5 points, against both, in three of the last five cells.
 * Expected false alarms: below (1e-6)³ · C(5, 3) per cell for independent items. State: twelve
 * slots of at most 32 counts, about 8 KB. Cells that drift are not learnt.
 */
export function categoryMix(
  kind: CategoryCounts["kind"],
  metric: string,
  name: string,
): SeriesMetric {
  return defineSeriesMetric<MixState>({
    metric,
    unit: "ratio",
    type: "drift.behaviour",
    detector: "category-drift",
    ruleVersion: 1,
    subjects: (window) => ofKind(window, kind).map(({ subject }) => subject),
    create: () => ({
      cell: emptyCell(),
      reference: createMixReference(),
      recent: [],
      episode: createEpisode(),
    }),
    advance(state, window, subject) {
      const seen = ofKind(window, kind).find((each) => each.subject === subject);
      if (seen === undefined) {
        return null;
      }
      addWindow(state, window.startUnixMs, seen.counts);
      if (!isFull(state.cell, cellSize)) {
        return null;
      }
      const { cell } = state;
      state.cell = emptyCell();
      const drift = advanceCell(state, cell);
      return drift === null ? null : toAlarm({ metric, name, subject }, state, cell, drift);
    },
  });
}

function ofKind(window: SeriesWindow, kind: CategoryCounts["kind"]): readonly CategoryCounts[] {
  return (window.categories ?? []).filter((each) => each.kind === kind);
}

function emptyCell(): MixState["cell"] {
  return { fromUnixMs: 0, toUnixMs: 0, support: 0, counts: {} };
}

function addWindow(state: MixState, startUnixMs: number, counts: Counts): void {
  if (isStale(state.cell, startUnixMs)) {
    state.cell = emptyCell();
  }
  const { cell } = state;
  for (const [label, count] of Object.entries(counts)) {
    const isKnown = label in cell.counts || Object.keys(cell.counts).length < maxCategories;
    const key = isKnown ? label : "other";
    cell.counts[key] = (cell.counts[key] ?? 0) + count;
  }
  widen(
    cell,
    startUnixMs,
    Object.values(counts).reduce((sum, count) => sum + count, 0),
  );
}

function advanceCell(state: MixState, cell: MixState["cell"]): CategoryDrift | null {
  const references = referenceMix(state.reference, cell.fromUnixMs);
  const drifts = (references ?? []).map((each) => categoryDrift(each, cell.counts, options));
  const [first, ...others] = drifts;
  // The lesser distance: what it takes to explain the cell by any of the references.
  const least = others.reduce((a, b) => (b?.distance < (a?.distance ?? 0) ? b : a), first);
  const drifted = first !== undefined && drifts.every((each) => each.drifted);
  state.recent = [...state.recent, { fromUnixMs: cell.fromUnixMs, drifted }].slice(
    -persistence.cells,
  );
  const alarm = settle(state, cell, drifted);
  return alarm && least !== undefined ? least : null;
}

/** @returns whether an episode begins with this cell. */
function settle(state: MixState, cell: MixState["cell"], drifted: boolean): boolean {
  const { episode, reference, recent } = state;
  const persists = recent.filter((each) => each.drifted).length >= persistence.drifted;
  if (!drifted) {
    learnMix(reference, cell.fromUnixMs, cell.counts);
  }
  if (episode.open) {
    if (isAdopted(episode, cell.toUnixMs)) {
      adoptMix(reference, cell.counts);
      closeEpisode(episode);
    } else if (recent.slice(-persistence.drifted).every((each) => !each.drifted)) {
      closeEpisode(episode);
    }
    return false;
  }
  return drifted && persists && openEpisode(episode, cell.toUnixMs, 1);
}

interface MixSeries {
  readonly metric: string;
  readonly name: string;
  readonly subject: string;
}

function toAlarm(
  { metric, name, subject }: MixSeries,
  { recent }: MixState,
  { toUnixMs, support }: MixState["cell"],
  { pValue, distance, category, shareChange }: CategoryDrift,
): SeriesAlarm {
  const first = recent.find(({ drifted }) => drifted);
  const of = subject === "" ? "" : ` of ${sanitizeName(subject)}`;
  const points = `${shareChange < 0 ? "" : "+"}${Math.round(100 * shareChange)} points`;
  const margin = Math.ceil(258 * Math.sqrt(0.25 / support));
  return {
    rule: metric.replaceAll("_", "-"),
    targetClass: subject === "" ? metric : `${metric}:${sanitizeName(subject)}`,
    severity: distance >= 0.3 ? "medium" : "low",
    score: scoreOf(Math.min(2 * alarmNats, -Math.log(Math.max(pValue, 1e-300)))),
    excerpt:
      `${name}${of}: share of ${sanitizeName(category)} ${points} (99 % interval ±${margin}), ` +
      `Jensen-Shannon distance ${distance.toFixed(2)} from the same hours of the last weeks, ` +
      `${support} items; expected false alarms below 0.0001 per day`,
    onset: { fromUnixMs: first?.fromUnixMs ?? toUnixMs, toUnixMs },
  };
}

/** Which tools a service calls. */
export const toolMix = categoryMix("tool", "tool_mix", "tool mix");
/** Why the generations of an operation end. */
export const finishReasons = categoryMix("finish_reason", "finish_reasons", "finish reasons");
