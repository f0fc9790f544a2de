import type { Command } from "commander";
import { changePoints } from "../../analyzer/detectors/series/change-points.ts";
import {
  magnitudeOf,
  otavaChangePoints,
  otavaDefaults,
} from "../../analyzer/detectors/series/otava-change-points.ts";
import { maxEnergyLength } from "../../analyzer/statistics/e-divisive.ts";
import { printJson } from "../print.ts";
import { readSeries } from "../read-series.ts";
import { UserError } from "../user-error.ts";

interface ChangePointFlags {
  readonly compat?: string;
  readonly windowLen: string;
  readonly maxPvalue: string;
  readonly minMagnitude: string;
}

export function registerChangepoints(program: Command): void {
  program
    .command("changepoints")
    .description(
      "Find where the level of a series changed; one line of JSON: changePoints with i (first " +
        "row of the new level), pValue, effect (relative change of the mean)",
    )
    .argument("[file]", "CSV of timestamp,value or value (default: standard input)")
    .option("--compat <tool>", "otava: exactly the change points of Apache Otava")
    .option("--window-len <rows>", "with --compat", String(otavaDefaults.windowLength))
    .option("--max-pvalue <p>", "with --compat", String(otavaDefaults.maxPValue))
    .option("--min-magnitude <share>", "with --compat", String(otavaDefaults.minMagnitude))
    .option("--json", "accepted for uniformity: the output always is JSON")
    .action(changepoints);
}

async function changepoints(file: string | undefined, flags: ChangePointFlags): Promise<void> {
  if (flags.compat !== undefined && flags.compat !== "otava") {
    throw new UserError(`--compat: expected otava, got ${JSON.stringify(flags.compat)}`, 2);
  }
  const options = {
    windowLength: numberOf("--window-len", flags.windowLen, { from: 2, to: maxEnergyLength }),
    maxPValue: numberOf("--max-pvalue", flags.maxPvalue, { from: 0, to: 1 }),
    minMagnitude: numberOf("--min-magnitude", flags.minMagnitude, { from: 0, to: 1e9 }),
  };
  if (!Number.isInteger(options.windowLength)) {
    throw new UserError(`--window-len: expected a whole number, got ${flags.windowLen}`, 2);
  }
  const { values, rows } = await valuesOf(file);
  const found =
    flags.compat === undefined
      ? changePoints(values)
      : otavaChangePoints(values, options).map((point) => ({
          index: point.index,
          pValue: point.pValue,
          effect: signedEffect(point.before.mean, point.after.mean, magnitudeOf(point)),
        }));
  printJson({
    changePoints: found.map(({ index, pValue, effect }) => ({ i: rows[index], pValue, effect })),
  });
}

/** Relative change of the mean; where it was 0, the change relative to the new mean. */
function signedEffect(before: number, after: number, magnitude: number): number {
  const effect = (after - before) / Math.abs(before);
  return Number.isFinite(effect) ? effect : Math.sign(after - before) * Math.min(magnitude, 1);
}

/** Missing values are left out; `rows` says where the others were. */
async function valuesOf(
  file: string | undefined,
): Promise<{ readonly values: number[]; readonly rows: number[] }> {
  const values: number[] = [];
  const rows: number[] = [];
  let row = 0;
  for await (const { value } of readSeries(file)) {
    if (!Number.isNaN(value)) {
      values.push(value);
      rows.push(row);
    }
    row += 1;
  }
  return { values, rows };
}

function numberOf(
  flag: string,
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= from && value <= to)) {
    throw new UserError(
      `${flag}: expected a number from ${from} to ${to}, got ${JSON.stringify(text)}`,
      2,
    );
  }
  return value;
}
