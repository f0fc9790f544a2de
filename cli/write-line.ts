/** Writes a line to standard output and waits while its reader is slower than we are. */
export function writeLine(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(`${text}\n`)) {
      resolve();
    } else {
      process.stdout.once("drain", resolve);
    }
  });
}
