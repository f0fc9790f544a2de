import type { Measured } from "./measure.ts";

/** Writes a table of rates and of ratios to the baseline. */
export function printTable(title: string, unit: string, rows: readonly Measured[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, unitsPerCpuSecond, ratio }) => {
    const rate = Math.round(unitsPerCpuSecond).toLocaleString("en-US").padStart(12);
    return `${name.padEnd(width)}  ${rate} ${unit}/CPU-s  ${ratio.toFixed(2).padStart(6)}x`;
  });
  process.stdout.write(`${title}\n${lines.join("\n")}\n`);
}
