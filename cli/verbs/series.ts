import type { Command } from "commander";
import {
  advanceAnomalyAlert,
  createAnomalyAlert,
} from "../../analyzer/detectors/series/anomaly-alert.ts";
import {
  advanceAnomalyScore,
  createAnomalyScore,
} from "../../analyzer/detectors/series/anomaly-score.ts";
import { readSeries } from "../read-series.ts";
import { writeLine } from "../write-line.ts";

const minuteMs = 60_000;
const linesPerWrite = 512;

export function registerSeries(program: Command): void {
  program
    .command("series")
    .description(
      "Score each row of a CSV file for anomaly, seeing only the rows before it; " +
        "one line of JSON per row: i, score (0 to 1), alert (onset at shipped defaults)",
    )
    .argument("[file]", "CSV of timestamp,value (default: standard input)")
    .option("--json", "accepted for uniformity: the output always is JSON")
    .action(series);
}

async function series(file: string | undefined): Promise<void> {
  const score = createAnomalyScore();
  const alert = createAnomalyAlert();
  let lines: string[] = [];
  let index = 0;
  for await (const { timeUnixMs, value } of readSeries(file)) {
    // A missing value says nothing about the series; its row is answered all the same.
    const isMissing = Number.isNaN(value);
    const answer = {
      i: index,
      score: isMissing ? 0 : advanceAnomalyScore(score, value),
      alert: !isMissing && advanceAnomalyAlert(alert, timeUnixMs ?? index * minuteMs, value).alert,
    };
    lines.push(JSON.stringify(answer));
    index += 1;
    if (lines.length >= linesPerWrite) {
      await writeLine(lines.join("\n"));
      lines = [];
    }
  }
  if (lines.length > 0) {
    await writeLine(lines.join("\n"));
  }
}
