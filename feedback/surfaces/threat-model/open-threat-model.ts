import type { DraftInput, SurfaceDraft, SurfaceFormat } from "../surface-format.ts";
import { addThreat } from "./add-threat.ts";
import { threatEntry } from "./threat-entry.ts";

const defaultFile = "threat-model/otm.yaml";

/**
 * An Open Threat Model 0.2 in YAML. It stops nothing by itself, so it is advisory and has no
 * back-test: counts of blocked calls would say something it does not do.
 */
export const openThreatModel: SurfaceFormat = {
  surface: "threat_model",
  format: "open-threat-model",
  enforcement: "advisory",
  path: (repository) => repository?.threatModel.file ?? defaultFile,
  draft,
  covers: (control, wanted) => control !== "" && control === wanted.control,
  backtest: () => null,
};

async function draft({ finding, repository, readFile }: DraftInput): Promise<SurfaceDraft> {
  const path = openThreatModel.path(repository);
  const entry = threatEntry(finding);
  const summary = `Add threat \`${entry.threat.id}\` (${entry.threat.name}) to \`${path}\`.`;
  const before = await readFile(path);
  const edit = /\.ya?ml$/.test(path)
    ? addThreat(before, entry)
    : ({ status: "refused", reason: "The threat model is not a YAML file." } as const);
  const control = entry.threat.id;
  const common = { summary, control, backtest: null, isInPlace: edit.status === "in_place" };
  if (edit.status === "edited") {
    return { ...common, edits: [{ path, before, after: edit.text }], hold: "" };
  }
  const hold = edit.status === "refused" ? edit.reason : "The threat is already in the file.";
  return { ...common, edits: [], hold };
}
