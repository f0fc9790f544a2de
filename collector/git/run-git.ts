import { spawn } from "node:child_process";

/** Git could not answer; the message says why in words a user can act on. */
export class GitError extends Error {
  override readonly name = "GitError";
}

export interface GitInput {
  /** Written to standard input. */
  readonly stdin?: string;
  /** Output beyond it is an error; 256 MiB unless given. */
  readonly maxOutputBytes?: number;
}

/**
 * Runs one git command in a folder and gives its standard output. The repository may be
 * hostile: no shell, no hook, pager, external diff, credential prompt, signature program,
 * replacement object or fetch of missing objects can run, and nothing is written.
 *
 * @throws GitError when git is missing, refuses or fails.
 */
export function runGit(
  folder: string,
  args: readonly string[],
  input: GitInput = {},
): Promise<Buffer> {
  const { stdin = "", maxOutputBytes = 268_435_456 } = input;
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["--no-pager", ...hardening, "-C", folder, ...args], {
      env: gitEnvironment(process.env),
      stdio: ["pipe", "pipe", "pipe"],
      shell: false,
    });
    const output: Buffer[] = [];
    let outputBytes = 0;
    let complaint = "";
    child.stdout.on("data", (chunk: Buffer) => {
      outputBytes += chunk.length;
      output.push(chunk);
      if (outputBytes > maxOutputBytes) {
        child.kill("SIGKILL");
      }
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complaint = `${complaint}${chunk.toString("utf8")}`.slice(0, 4096);
    });
    child.on("error", (cause) => {
      reject(new GitError(`git could not be started: ${cause.message}`, { cause }));
    });
    child.on("close", (code) => {
      if (outputBytes > maxOutputBytes) {
        reject(new GitError(`expected at most ${maxOutputBytes} bytes from git ${args[0]}`));
      } else if (code === 0) {
        resolve(Buffer.concat(output, outputBytes));
      } else {
        reject(new GitError(explain(folder, complaint)));
      }
    });
    // A git that exits early closes its input; the exit code tells what happened.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}

const hardening = [
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.quotePath", "false"],
  ["credential.helper", ""],
  ["diff.external", ""],
  ["log.showSignature", "false"],
  ["log.mailmap", "false"],
  ["protocol.allow", "never"],
].flatMap(([key, value]) => ["-c", `${key}=${value}`]);

/** Nothing of the caller's environment but what git needs to start and to find its user. */
function gitEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    ["PATH", "HOME", "XDG_CONFIG_HOME", "SystemRoot", "USERPROFILE"]
      .filter((name) => env[name] !== undefined)
      .map((name) => [name, env[name]]),
  );
  return {
    ...inherited,
    LC_ALL: "C",
    GIT_ASKPASS: "true",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_PAGER: "cat",
    GIT_TERMINAL_PROMPT: "0",
  };
}

function explain(folder: string, complaint: string): string {
  if (complaint.includes("not a git repository")) {
    return `${folder}: expected a git repository, found none`;
  }
  if (complaint.includes("dubious ownership")) {
    return (
      `${folder}: git does not read a repository that belongs to another user; ` +
      `allow it with: git config --global --add safe.directory ${folder}`
    );
  }
  if (complaint.includes("cannot change to")) {
    return `${folder}: expected a folder, found none`;
  }
  return `${folder}: git failed: ${complaint.trim().split("\n")[0] ?? "no reason given"}`;
}
