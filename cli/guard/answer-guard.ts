import { writeSync } from "node:fs";
import { type GuardOptions, runGuard } from "./run-guard.ts";

/** Judges what stands on standard input and answers as the caller expects it. */
export async function answerGuard(options: GuardOptions): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) {
    parts.push(Buffer.from(part as Uint8Array));
  }
  const text = Buffer.concat(parts).toString("utf8");
  const { output, message, exitCode } = await runGuard(text, options);
  if (message !== "") {
    writeSync(2, `${message}\n`);
  }
  process.stdout.write(output);
  process.exitCode = exitCode;
}
