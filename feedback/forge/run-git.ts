import { execFile } from "node:child_process";
import { dirname, resolve } from "node:path";
import { ForgeError } from "./forge.ts";

/** Runs git in one repository; arguments are an array, so no shell ever sees them. */
export interface Git {
  /** Standard output without its last line feed. Throws ForgeError when git fails. */
  run(args: readonly string[], options?: GitOptions): Promise<string>;
  /** As `run`, but undefined when git exits with 1 or 128: no such object, not an ancestor. */
  tryRun(args: readonly string[], options?: GitOptions): Promise<string | undefined>;
}

export interface GitOptions {
  readonly input?: string;
  /** Further variables, such as `GIT_INDEX_FILE`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Keep the output as it is. */
  readonly raw?: boolean;
}

const maxOutputBytes = 16 * 1024 * 1024;
const timeoutMilliseconds = 30_000;

/** Settings that a repository cannot override: it may have been written by an agent. */
const hardening = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.pager=cat",
  "core.quotePath=true",
  "credential.helper=",
  "commit.gpgSign=false",
  "diff.external=",
  "protocol.allow=never",
  "log.showSignature=false",
  "gc.auto=0",
  "maintenance.auto=false",
].flatMap((setting) => ["-c", setting]);

/**
 * No prompts, no user or system configuration, no variables of the caller that steer git, and
 * no search for a repository above the configured folder.
 */
function environment(
  directory: string,
  extra: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CEILING_DIRECTORIES: dirname(resolve(directory)),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "true",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    ...extra,
  };
}

export function createGit(directory: string): Git {
  async function tryRun(args: readonly string[], options: GitOptions = {}) {
    const { stdout, exitCode, stderr } = await execute(directory, args, options);
    if (exitCode === 0) {
      return options.raw === true ? stdout : stdout.replace(/\n$/, "");
    }
    if (exitCode === 1 || exitCode === 128) {
      return undefined;
    }
    throw gitError(args, stderr);
  }

  async function run(args: readonly string[], options: GitOptions = {}) {
    const { stdout, exitCode, stderr } = await execute(directory, args, options);
    if (exitCode !== 0) {
      throw gitError(args, stderr);
    }
    return options.raw === true ? stdout : stdout.replace(/\n$/, "");
  }

  return { run, tryRun };
}

interface Execution {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The owner of a served folder often differs from the process's; the path comes from config. */
function execute(
  directory: string,
  args: readonly string[],
  { input, env = {} }: GitOptions,
): Promise<Execution> {
  const argv = ["-C", directory, "-c", "safe.directory=*", ...hardening, ...args];
  return new Promise((settle) => {
    const child = execFile(
      "git",
      argv,
      { env: environment(directory, env), maxBuffer: maxOutputBytes, timeout: timeoutMilliseconds },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        settle({ stdout, stderr, exitCode: typeof code === "number" ? code : -1 });
      },
    );
    child.stdin?.on("error", () => {
      // Git may exit before it has read everything; its exit code tells.
    });
    child.stdin?.end(input ?? "");
  });
}

function gitError(args: readonly string[], stderr: string): ForgeError {
  const reason = stderr.trim().split("\n").at(-1) ?? "";
  return new ForgeError("REPOSITORY_UNUSABLE", `git ${args[0] ?? ""} failed: ${reason}`);
}
