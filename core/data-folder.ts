import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "./make-folder.ts";

/** The data folder cannot be used; the message says why and what to do. */
export class DataFolderError extends Error {
  override readonly name = "DataFolderError";
}

/**
 * Makes the data folder when it is missing and checks that everything in it can be written.
 *
 * @throws DataFolderError naming the first path that cannot.
 */
export function prepareDataFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
  } catch (error) {
    throw unusable(dataDir, dataDir, error);
  }
  const parts = readable(dataDir).map((name) => join(dataDir, name));
  const files = parts.map((part) => join(part, "data.mdb")).filter((file) => existsSync(file));
  for (const path of [dataDir, ...parts, ...files]) {
    const isFolder = statSync(path).isDirectory();
    const wanted = constants.R_OK | constants.W_OK | (isFolder ? constants.X_OK : 0);
    try {
      accessSync(path, wanted);
    } catch (error) {
      throw unusable(dataDir, path, error);
    }
  }
}

function readable(dataDir: string): string[] {
  try {
    return readdirSync(dataDir);
  } catch (error) {
    throw unusable(dataDir, dataDir, error);
  }
}

const problems: Readonly<Record<string, string>> = {
  ENOTDIR: "it or a folder above it is a file",
  EEXIST: "it or a folder above it is a file",
  ENOENT: "no folder can be made there",
};

function unusable(dataDir: string, path: string, cause: unknown): DataFolderError {
  const code = codeOf(cause) || String(cause);
  const problem =
    problems[code] ?? `user ${process.getuid?.() ?? ""} may not read and write ${path}`;
  return new DataFolderError(
    `The data folder ${dataDir} cannot be used (${code}): ${problem}. Mend it ` +
      "(chown -R, chmod -R u+rwX), or set dataDir (TELLTALE_DATA_DIR) to another folder.",
    { cause },
  );
}

/** An error of opening the store in words: ClickHouse does not say that the folder is taken. */
export function inDataFolderTerms(dataDir: string, error: unknown): unknown {
  const pid = ownerOf(dataDir);
  if (pid === null || error instanceof DataFolderError) {
    return error;
  }
  return new DataFolderError(
    `Another Telltale (process ${pid}) is running on the data folder ${dataDir}. Stop it first, ` +
      "or set dataDir (TELLTALE_DATA_DIR) to another folder.",
    { cause: error },
  );
}

/** The living process that ClickHouse's status file names; `null` when there is none. */
function ownerOf(dataDir: string): number | null {
  const file = join(dataDir, "store", "status");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const pid = Number(/^PID: (\d+)$/m.exec(text)?.[1] ?? Number.NaN);
  if (Number.isNaN(pid) || pid === process.pid) {
    return null;
  }
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return codeOf(error) === "EPERM" ? pid : null;
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
