#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import nodeModule from "node:module";
import { fileURLToPath } from "node:url";

// The sources are TypeScript that Node 24 runs as it is. npm puts that Node first on the PATH of
// its scripts and of npx; called in another way, this file starts it.
const here = fileURLToPath(import.meta.url);
const [major = 0] = process.versions.node.split(".").map(Number);

// What can only be set before a process starts. Whatever the caller has set stays.
const environment = {
  // Queries, gunzip and file access share this pool; four threads would let queries starve ingest.
  UV_THREADPOOL_SIZE: "12",
  // Compiled sources are kept beside the packages, not in a temporary folder others can write to.
  NODE_COMPILE_CACHE: beside("../node_modules/.cache/telltale"),
  // Freed memory goes back to the system: a quarter less of it is resident under load. The last
  // one is for ClickHouse's allocator.
  MALLOC_ARENA_MAX: "2",
  MALLOC_MMAP_THRESHOLD_: "131072",
  MALLOC_CONF: "dirty_decay_ms:200,muzzy_decay_ms:0",
  ...process.env,
};
// Two cores have work enough: collecting garbage on further threads costs more than it saves.
const flags = [
  "--max-semi-space-size=8",
  "--single-threaded-gc",
  "--disable-warning=ExperimentalWarning",
];
const args = [...flags, here, ...process.argv.slice(2)];

if (major >= 24 && process.argv[2] === "guard") {
  // An agent waits for every one of these: what the service needs would only cost it time.
  nodeModule.enableCompileCache(environment.NODE_COMPILE_CACHE);
  const { quickGuard } = await import("../cli/guard/quick-guard.ts");
  await quickGuard(process.argv.slice(3), process.env);
} else if (process.env.MALLOC_CONF !== undefined && major >= 24) {
  await import("../cli/telltale.ts");
} else if (major >= 24 && process.execve !== undefined) {
  // The same process, begun anew: signals and exit code need no forwarding.
  process.removeAllListeners("warning");
  process.execve(process.execPath, [process.execPath, ...args], environment);
} else {
  startNode24();
}

function beside(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}

function startNode24() {
  const node24 = major >= 24 ? process.execPath : beside("../node_modules/.bin/node");
  if (!existsSync(node24)) {
    process.stderr.write(`Telltale needs Node 24, this is ${process.version}. Run npm install.\n`);
    process.exit(1);
  }
  const child = spawn(node24, args, { stdio: "inherit", env: environment });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("exit", (code) => process.exit(code ?? 1));
}
