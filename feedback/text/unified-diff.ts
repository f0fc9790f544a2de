import { structuredPatch } from "diff";

export interface FileEdit {
  readonly path: string;
  /** Text before, or null for a file that does not exist yet. */
  readonly before: string | null;
  readonly after: string;
}

/** Unified diff of several files that `git apply` takes; empty when nothing changes. */
export function unifiedDiff(edits: readonly FileEdit[]): string {
  return edits
    .filter(({ before, after }) => before !== after)
    .map(fileDiff)
    .join("");
}

function fileDiff({ path, before, after }: FileEdit): string {
  const { hunks } = structuredPatch(path, path, before ?? "", after, "", "", { context: 3 });
  const header =
    before === null
      ? `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n`
      : `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n`;
  const body = hunks.map((hunk) => {
    // An empty side starts at line 0 in git's own diffs.
    const oldStart = hunk.oldLines === 0 ? Math.max(0, hunk.oldStart - 1) : hunk.oldStart;
    const range = `@@ -${oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
    return `${[range, ...hunk.lines].join("\n")}\n`;
  });
  return header + body.join("");
}

/** Lines that an edit adds, for limits and for finding them again in a later revision. */
export function addedLines(edit: FileEdit): string[] {
  const { hunks } = structuredPatch("a", "b", edit.before ?? "", edit.after, "", "", {
    context: 0,
  });
  return hunks.flatMap(({ lines }) =>
    lines.filter((line) => line.startsWith("+")).map((line) => line.slice(1)),
  );
}

/** Lines that an edit removes. */
export function removedLines(edit: FileEdit): string[] {
  return addedLines({ path: edit.path, before: edit.after, after: edit.before ?? "" });
}
