import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareDataFolder } from "../../core/data-folder.ts";
import { makeFolder } from "../../core/make-folder.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-folder-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("makeFolder", () => {
  it("makes what is missing, for this user alone, and leaves what is there", () => {
    const path = join(dir, "a", "b", "c");
    makeFolder(path);
    makeFolder(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, "a")).mode & 0o777).toBe(0o700);
  });

  it("fails where a file is in the way", () => {
    writeFileSync(join(dir, "file"), "");
    expect(() => makeFolder(join(dir, "file", "below"))).toThrow("ENOTDIR");
  });

  it("fails below /proc, where a recursive mkdir never returns", () => {
    if (!existsSync("/proc/self")) {
      process.stderr.write("SKIPPED: there is no /proc here\n");
      return;
    }
    expect(() => makeFolder("/proc/telltale/data")).toThrow("ENOENT");
    expect(() => prepareDataFolder("/proc/telltale/data")).toThrow(
      "The data folder /proc/telltale/data cannot be used (ENOENT): no folder can be made there.",
    );
  });
});
