import { changeListLimits, changeTextLimits } from "../changes/change-limits.ts";

/**
 * Text within the limit of a message or prompt. The service refuses longer ones; an import
 * would rather lose the end of a text than the commit. The cut is at the end of a line, so
 * that no token is halved, and a last line says how much is gone.
 */
export function cutText(text: string, maxLength: number = changeTextLimits.message): string {
  if (text.length <= maxLength) {
    return text;
  }
  const room = text.slice(0, maxLength - 64);
  const kept = room.slice(0, Math.max(room.lastIndexOf("\n"), room.lastIndexOf(" "), 0));
  return `${kept}\n[${text.length - kept.length} more characters were cut]`;
}

/** The first files of a commit, with a last entry that says how many more there are. */
export function cutFiles(
  files: readonly string[],
  maxFiles: number = changeListLimits.files,
): readonly string[] {
  if (files.length <= maxFiles && files.every((file) => file.length <= changeTextLimits.file)) {
    return files;
  }
  const kept = files.filter((file) => file.length <= changeTextLimits.file).slice(0, maxFiles - 1);
  return [...kept, `[${files.length - kept.length} more files]`];
}
