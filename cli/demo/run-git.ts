import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execFileAsync = promisify(execFile);

export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly timeUnixMs: number;
}

/** Runs git in a folder without the user's configuration; returns what it prints, trimmed. */
export async function runGit(
  cwd: string,
  args: readonly string[],
  by?: Signature,
): Promise<string> {
  const date = by === undefined ? undefined : `${Math.floor(by.timeUnixMs / 1000)} +0000`;
  const { stdout } = await execFileAsync("git", [...args], {
    cwd,
    env: {
      PATH: process.env["PATH"],
      HOME: cwd,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      ...(by !== undefined && {
        GIT_AUTHOR_NAME: by.name,
        GIT_AUTHOR_EMAIL: by.email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: by.name,
        GIT_COMMITTER_EMAIL: by.email,
        GIT_COMMITTER_DATE: date,
      }),
    },
  });
  return stdout.trim();
}
