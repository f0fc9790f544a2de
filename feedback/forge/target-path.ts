import { ForgeError } from "./forge.ts";
import type { Git } from "./run-git.ts";

/** Folders whose files run code or steer git; Telltale never writes there. */
const forbidden =
  /^(?:\.git(?:$|\/)|\.github\/(?:workflows|actions)\/|\.gitlab-ci|\.gitmodules$|\.gitattributes$)/i;

/**
 * Refuses a target that is not a plain file below the repository's root: absolute paths, `..`,
 * control characters, git's own files, workflows, and paths through a symbolic link or a
 * submodule of the given commit.
 *
 * @throws ForgeError TARGET_UNSAFE.
 */
export async function assertSafeTarget(git: Git, commit: string, path: string): Promise<void> {
  const segments = path.split("/");
  const isPlain =
    path !== "" &&
    path.length <= 200 &&
    /^[A-Za-z0-9_.@+/-]+$/.test(path) &&
    segments.every((segment) => segment !== "" && !/^\.+$/.test(segment) && segment !== ".git");
  if (!isPlain || path.startsWith("-") || forbidden.test(path)) {
    throw new ForgeError(
      "TARGET_UNSAFE",
      `Expected a plain path in the repository, got ${JSON.stringify(path)}.`,
    );
  }
  for (let depth = 1; depth <= segments.length; depth++) {
    await assertPlainEntry(git, commit, segments.slice(0, depth).join("/"), {
      isFile: depth === segments.length,
    });
  }
}

async function assertPlainEntry(
  git: Git,
  commit: string,
  path: string,
  { isFile }: { readonly isFile: boolean },
): Promise<void> {
  const mode = (await git.run(["ls-tree", commit, "--", path])).split(" ")[0] ?? "";
  const allowed = isFile ? ["", "100644", "100755"] : ["", "040000"];
  if (!allowed.includes(mode)) {
    const kinds: Readonly<Record<string, string>> = {
      "120000": "symbolic link",
      "160000": "submodule",
    };
    const kind = kinds[mode] ?? "something else";
    throw new ForgeError(
      "TARGET_UNSAFE",
      `Expected ${isFile ? "a file" : "a folder"} at ${path}, found a ${kind}.`,
    );
  }
}
