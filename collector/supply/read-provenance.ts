import { changeTextLimits as limits } from "../changes/change-limits.ts";
import type { Fields } from "../changes/read-fields.ts";
import { RejectedChange } from "../changes/rejected-change.ts";
import { objectOf, objectsOf, textOf } from "./component.ts";

/** What SLSA provenance says about a build, as far as changes need it. */
export interface Provenance {
  /** Full commit id the artifact was built from. */
  readonly revision: string;
  /** URL of the repository without `git+` and ref. */
  readonly repository: string;
  readonly builder: string;
  readonly buildType: string;
  readonly invocation: string;
  /** RFC 3339, or empty. */
  readonly builtAt: string;
}

const readers: Readonly<Record<string, (predicate: Fields) => Provenance>> = {
  "https://slsa.dev/provenance/v1": readVersion1,
  "https://slsa.dev/provenance/v0.2": readVersion02,
};

export function isProvenance(predicateType: string): boolean {
  return Object.hasOwn(readers, predicateType);
}

/** @throws RejectedChange when no source commit is named. */
export function readProvenance(predicateType: string, predicate: Fields): Provenance {
  const provenance = readers[predicateType]?.(predicate);
  if (provenance === undefined || provenance.revision === "") {
    throw new RejectedChange(
      "bad_data",
      "predicate: expected SLSA provenance that names the git commit it was built from",
    );
  }
  return provenance;
}

interface Source {
  readonly uri: string;
  readonly revision: string;
}

function readVersion1(predicate: Fields): Provenance {
  const definition = objectOf(predicate, "buildDefinition");
  const run = objectOf(predicate, "runDetails");
  const metadata = objectOf(run, "metadata");
  const sources = objectsOf(definition, "resolvedDependencies").map(sourceOf);
  return {
    ...pickSource(sources, wantedRepository(objectOf(definition, "externalParameters"))),
    builder: textOf(objectOf(run, "builder"), "id"),
    buildType: textOf(definition, "buildType"),
    invocation: textOf(metadata, "invocationId"),
    builtAt: textOf(metadata, "finishedOn") || textOf(metadata, "startedOn"),
  };
}

/** Where GitHub, and most build types after it, name the repository that asked for the build. */
function wantedRepository(parameters: Fields): string {
  return (
    textOf(objectOf(parameters, "workflow"), "repository") ||
    textOf(parameters, "repository") ||
    textOf(parameters, "source") ||
    textOf(objectOf(parameters, "source"), "uri")
  );
}

function readVersion02(predicate: Fields): Provenance {
  const invocation = objectOf(predicate, "invocation");
  const metadata = objectOf(predicate, "metadata");
  const configSource = sourceOf(objectOf(invocation, "configSource"));
  const materials = objectsOf(predicate, "materials").map(sourceOf);
  return {
    ...pickSource([...materials, configSource], configSource.uri),
    builder: textOf(objectOf(predicate, "builder"), "id"),
    buildType: textOf(predicate, "buildType"),
    invocation: textOf(metadata, "buildInvocationID") || textOf(metadata, "buildInvocationId"),
    builtAt: textOf(metadata, "buildFinishedOn") || textOf(metadata, "buildStartedOn"),
  };
}

function sourceOf(material: Fields): Source {
  const digest = objectOf(material, "digest");
  const revision = textOf(digest, "gitCommit") || textOf(digest, "sha1");
  const isCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(revision);
  return { uri: textOf(material, "uri"), revision: isCommit ? revision.toLowerCase() : "" };
}

/** The source whose repository was asked for, else the first that git names, else the first. */
function pickSource(sources: readonly Source[], wanted: string) {
  const commits = sources.filter(({ revision }) => revision !== "");
  const repository = plainUrl(wanted);
  const picked =
    commits.find(({ uri }) => repository !== "" && plainUrl(uri) === repository) ??
    commits.find(({ uri }) => uri.startsWith("git")) ??
    commits[0];
  return { revision: picked?.revision ?? "", repository: plainUrl(picked?.uri ?? "") };
}

/** `git+https://git.example/shop@refs/heads/main` is https://git.example/shop. */
function plainUrl(uri: string): string {
  if (uri.length > limits.repository) {
    return "";
  }
  return uri
    .replace(/^git\+/, "")
    .replace(/@[^/]*(?:\/[^@]*)?$/, (ref) => (/^@(?:refs\/|[0-9a-f]{40})/.test(ref) ? "" : ref))
    .replace(/#.*$/, "")
    .replace(/\/$/, "");
}
