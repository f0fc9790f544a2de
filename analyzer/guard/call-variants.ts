import type { GuardRequest } from "./guard-request.ts";

/** Arguments under which tools take a path. */
const pathArguments = ["file_path", "path", "filename", "file", "notebook_path"];

/**
 * The ways in which rules may name one tool call. Arguments that are no JSON object are taken
 * for the command, the address or the path itself; an absolute path is also named as seen from
 * the working folder and the home folder.
 */
export function callVariants({
  content,
  context,
}: GuardRequest): { readonly tool: string; readonly arguments: string }[] {
  const tool = context.tool ?? "";
  const given = parsed(content) ?? { command: content, url: content, file_path: content };
  const key = pathArguments.find((name) => typeof given[name] === "string");
  const path = key === undefined ? "" : String(given[key]);
  const others = [
    below(path, context.workingFolder, "./"),
    below(path, context.homeFolder, "~/"),
  ].filter((name) => name !== null);
  return [given, ...others.map((name) => ({ ...given, [key ?? "path"]: name }))].map((each) => ({
    tool,
    arguments: JSON.stringify(each),
  }));
}

function parsed(content: string): Record<string, unknown> | null {
  if (!content.trimStart().startsWith("{")) {
    return null;
  }
  try {
    return JSON.parse(content) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function below(path: string, folder: string | undefined, prefix: string): string | null {
  if (folder === undefined || folder === "") {
    return null;
  }
  const start = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(start) ? `${prefix}${path.slice(start.length)}` : null;
}
