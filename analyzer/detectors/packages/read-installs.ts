import { createMatcher, type Hits } from "../../scan/aho-corasick.ts";

/** A package that a text tells somebody to install. */
export interface Install {
  readonly ecosystem: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const command =
  /\b(npm|pnpm|yarn|bun)\s{1,4}(?:install|i|add|ci)\s{1,4}([^\n;&|`'")]{1,400})|\b(?:pip[23]?|pipx|uv\s{1,4}pip|poetry|uv|pdm)\s{1,4}(?:install|add)\s{1,4}([^\n;&|`)]{1,400})|\b(cargo|gem|go|dotnet)\s{1,4}(?:install|add|get)\s{1,4}([^\n;&|`'")]{1,200})/g;

const flagsWithValue =
  /^(?:-r|--requirement|-c|--constraint|-i|--index-url|--extra-index-url|-t|--target|--prefix|--registry|-w|--workspace|--version|--source|-f|--find-links|--group|-G)$/;

/** The registries of installers that are not named like them. */
const registries: Readonly<Record<string, string>> = {
  cargo: "cargo",
  gem: "gem",
  go: "go",
  dotnet: "nuget",
};

/** One of them stands in every command; finding them is much faster than a pattern. */
const signs = createMatcher([" install", " add ", "npm i ", "go get "]);
const signHits: Hits = [];

const maxInstalls = 100;

/** Packages in install commands of common package managers, wherever they stand in a text. */
export function readInstalls(text: string): Install[] {
  signHits.length = 0;
  signs.collect(text, signHits);
  if (signHits.length === 0) {
    return [];
  }
  const installs: Install[] = [];
  for (const match of text.matchAll(command)) {
    const [whole, node, nodeNames, pythonNames, other = "", otherNames] = match;
    const names = nodeNames ?? pythonNames ?? otherNames ?? "";
    const from = match.index + whole.length - names.length;
    const ecosystem = node === undefined ? (registries[other] ?? "pypi") : "npm";
    installs.push(...namesIn(names, from, ecosystem));
    if (installs.length > maxInstalls) {
      break;
    }
  }
  return installs;
}

function namesIn(words: string, from: number, ecosystem: string): Install[] {
  const installs: Install[] = [];
  let skip = false;
  for (const match of words.matchAll(/\S{1,230}/g)) {
    const [word] = match;
    const isFlag = word.startsWith("-");
    if (skip || isFlag) {
      skip = isFlag && flagsWithValue.test(word);
      continue;
    }
    const name = packageName(word.replaceAll(/["'\\,]/g, ""), ecosystem);
    if (name === null) {
      // What follows is prose, as in `npm install to get started`.
      break;
    }
    const start = from + match.index;
    installs.push({ ecosystem, name, start, end: start + word.length });
  }
  return installs;
}

/** Words that follow "install" in sentences. */
const prose =
  /^(?:the|a|an|it|to|and|or|from|this|that|them|in|on|for|with|your|our|all|is|of|as|if|when|first|command|dependencies|packages?|will|should|again|locally|globally)$/i;

function packageName(word: string, ecosystem: string): string | null {
  if (/[:$`{}()*]|^[./<]|\.(?:txt|toml|whl|tgz|git|zip)$/.test(word) || prose.test(word)) {
    return null;
  }
  const npm = /^((?:@[\w.~-]{1,100}\/)?[\w.~-]{1,214})(?:@\S{0,80})?$/.exec(word);
  const python = /^([A-Za-z0-9][\w.-]{0,100})(?:\[[\w,.-]{1,80}\])?(?:[=~!<>]=?\S{0,60})?$/.exec(
    word,
  );
  const plain = /^([\w./-]{1,200})(?:@\S{0,60})?$/.exec(word);
  const byEcosystem: Readonly<Record<string, RegExpExecArray | null>> = { npm, pypi: python };
  return (ecosystem in byEcosystem ? byEcosystem[ecosystem] : plain)?.[1] ?? null;
}
