import type { Change } from "./change.ts";

const nothing = {
  tenant: "",
  service: "",
  environment: "",
  name: "",
  version: "",
  repository: "",
  revision: "",
  parents: [],
  author: "",
  message: "",
  files: [],
  pullRequest: "",
  session: null,
  prompt: "",
  intent: "",
  startedAtUnixMs: null,
  completedAtUnixMs: null,
  status: "",
  artifacts: [],
  details: {},
} satisfies Partial<Change>;

/** A change that says what is given, and nothing else. */
export function createChange(
  said: Partial<Change> & Pick<Change, "changeId" | "kind" | "timeUnixMs" | "source">,
): Change {
  return { ...nothing, ...said };
}
