#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// The sources are TypeScript that Node 24 runs as it is. npm puts that Node first on the PATH of
// its scripts and of npx; called in another way, this file starts it.
const here = fileURLToPath(import.meta.url);
const [major = 0] = process.versions.node.split(".").map(Number);

if (major >= 24) {
  // Queries, gunzip and file access share this pool; four threads would let queries starve ingest.
  process.env.UV_THREADPOOL_SIZE ??= "12";
  // Compiled sources are kept beside the packages, not in a temporary folder others can write to.
  // It halves the start and saves 30 MB; where the folder is read-only it does nothing.
  const { enableCompileCache } = await import("node:module");
  const cache = fileURLToPath(new URL("../node_modules/.cache/telltale", import.meta.url));
  process.env.NODE_COMPILE_CACHE ??= cache;
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import("../cli/telltale.ts");
} else {
  const node24 = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  if (!existsSync(node24)) {
    process.stderr.write(`Telltale needs Node 24, this is ${process.version}. Run npm install.\n`);
    process.exit(1);
  }
  const child = spawn(node24, [here, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("exit", (code) => process.exit(code ?? 1));
}
