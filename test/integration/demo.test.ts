import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createStory } from "../../cli/demo/story.ts";

const run = promisify(execFile);
const bin = fileURLToPath(new URL("../../bin/telltale.js", import.meta.url));

/** Every regular file below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

// `.ci/full` also tells it with other traffic.
const seeds = process.env["TELLTALE_FULL"] ? [1, 2] : [1];

describe.each(seeds)("telltale demo --seed %i", (seed) => {
  it("tells the story to its verdict and leaves no secret in clear", async () => {
    const { stdout } = await run(process.execPath, [bin, "demo", "--exit", "--seed", `${seed}`], {
      timeout: 240_000,
      maxBuffer: 16 * 1024 * 1024,
    });

    expect(stdout).toMatch(/Found: .*critical/s);
    // The first of the ranking is the agent session's commit, by more than half.
    const [first = ""] = /How probable each change is\n(.*)/.exec(stdout)?.slice(1) ?? [];
    expect(first).toContain("the agent session's commit");
    expect(Number(/([\d.]+) %/.exec(first)?.[1])).toBeGreaterThan(50);
    expect(stdout).toMatch(/back-test: would have stopped (\d+) of \1 flagged and 0 of \d+ other/);
    expect(stdout).toMatch(/^\s+\+.*"mcp__ops__http_post"/m);
    expect(stdout).toMatch(/threat-model\/otm\.yaml/);
    expect(stdout).toMatch(/Verdict: effective/);

    const folder = dirname(/^\s+(\S+\/shop-assistant)$/m.exec(stdout)?.[1] ?? "");
    const secrets = createStory(seed, Date.now())
      .environmentFile.split("\n")
      .map((line) => line.slice(line.indexOf("=") + 1));
    expect(secrets).toHaveLength(3);
    const files = filesBelow(folder);
    expect(files.length).toBeGreaterThan(20);
    for (const secret of secrets) {
      expect(stdout).not.toContain(secret);
      const holders = files.filter((file) => readFileSync(file).includes(secret));
      expect(holders).toEqual([]);
    }
    rmSync(folder, { recursive: true });
  });
});
