import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../../bin/telltale.js", import.meta.url));
const node = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

/** Runs the real command line in a process and a home folder of its own. */
export async function runCli(
  args: readonly string[],
  { env = {}, input = "" }: CliOptions = {},
): Promise<CliResult> {
  const home = mkdtempSync(join(tmpdir(), "telltale-home-"));
  const child = spawn(node, [bin, ...args], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, TELLTALE_DATA_DIR: join(home, "data"), ...env },
  });
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    new Promise<number | null>((resolve) => child.once("exit", resolve)),
  ]);
  rmSync(home, { recursive: true, force: true });
  return { code, stdout, stderr };
}

async function read(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) {
    text += String(chunk);
  }
  return text;
}
