import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface BrokerProcess {
  /** Of java itself. */
  readonly pid: number;
  /** Sends the signal and resolves when java has ended; a stop that takes 30 s becomes a kill. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts java beside a watcher: when the process that called this ends, however it ends, the
 * pipe closes and the watcher kills java. Prints java's pid first.
 */
const guarded = `
exec 3<&0
java "$@" 3<&- </dev/null &
java=$!
echo "pid $java"
(read -r _; kill -9 "$java") <&3 >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$java"
kill "$watcher" 2>/dev/null`;

/** Resolves when the broker answers; rejects with its last words when it ends before. */
export async function startBrokerProcess(
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<BrokerProcess> {
  const child = spawn("sh", ["-c", guarded, "sh", ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const exited = once(child, "exit");
  const pid = await readyPid(child, onLine);
  return {
    pid,
    async end(signal) {
      signalIfThere(pid, signal);
      const timer = setTimeout(() => signalIfThere(pid, "SIGKILL"), 30_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

async function readyPid(child: ChildProcess, onLine: (line: string) => void): Promise<number> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) {
    throw new Error("expected pipes to the broker");
  }
  let pid = 0;
  const lastLines: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  createInterface({ input: stdout }).on("line", (line) => {
    pid ||= Number(/^pid (\d+)$/.exec(line)?.[1] ?? 0);
    // The reason of a failed start may be on standard output.
    lastLines.push(line);
  });
  createInterface({ input: stderr }).on("line", (line) => {
    onLine(line);
    lastLines.splice(0, lastLines.length - 30);
    lastLines.push(line);
    if (line.includes("Kafka Server started")) {
      resolve(pid);
    }
  });
  child.once("exit", () => {
    reject(new Error(`the Kafka broker ended before it was ready:\n${lastLines.join("\n")}`));
  });
  return promise;
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
