/** Figures with their units, one a line. */
export function printFigures(figures: readonly (readonly [name: string, value: string])[]): void {
  const width = Math.max(...figures.map(([name]) => name.length));
  const lines = figures.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}
