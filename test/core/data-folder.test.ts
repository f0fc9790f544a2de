import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataFolderError, inDataFolderTerms, prepareDataFolder } from "../../core/data-folder.ts";

const dir = mkdtempSync(join(tmpdir(), "telltale-folder-"));

afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("makes a folder that only its user may read", () => {
  const path = join(dir, "a", "b");
  prepareDataFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  prepareDataFolder(path);
});

it("says when there is a file in its place", () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  expect(() => prepareDataFolder(file)).toThrow(DataFolderError);
  expect(() => prepareDataFolder(join(file, "below"))).toThrow(/is a file.*TELLTALE_DATA_DIR/s);
});

/** Root may write anywhere; the check runs as another user then. */
it("names a part that may not be written", async () => {
  const path = join(dir, "locked");
  mkdirSync(join(path, "audit"), { recursive: true, mode: 0o755 });
  mkdirSync(join(path, "queue"), { mode: 0o500 });
  const module = JSON.stringify(new URL("../../core/data-folder.ts", import.meta.url).href);
  const script = `
    const { prepareDataFolder } = await import(${module});
    if (process.getuid() === 0) process.setuid(65534);
    try { prepareDataFolder(${JSON.stringify(path)}); } catch (error) { console.log(error.message); }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  let text = "";
  for await (const chunk of child.stdout) {
    text += String(chunk);
  }
  expect(text).toMatch(/cannot be used \(EACCES\): user \d+ may not read and write \S*locked/);
});

describe("an error of opening the store", () => {
  const path = join(dir, "taken");
  const cause = new Error("Failed to create connection");

  function statusOf(pid: number): void {
    mkdirSync(join(path, "store"), { recursive: true });
    writeFileSync(join(path, "store", "status"), `PID: ${pid}\nStarted at: now\n`);
  }

  it("names the process that runs on the folder", () => {
    statusOf(process.ppid);
    const told = inDataFolderTerms(path, cause);
    expect(told).toMatchObject({
      message: expect.stringContaining(`Another Telltale (process ${process.ppid}) is running`),
    });
  });

  it("stays as it is when nobody does", () => {
    statusOf(2 ** 22 + 1);
    expect(inDataFolderTerms(path, cause)).toBe(cause);
    rmSync(path, { recursive: true });
    expect(existsSync(path)).toBe(false);
    expect(inDataFolderTerms(path, cause)).toBe(cause);
  });
});
