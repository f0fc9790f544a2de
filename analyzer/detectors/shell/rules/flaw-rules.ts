import { type CommandRule, firstCommand, firstLine, rule } from "../command-rule.ts";

const secretName = /pass(?:word|wd|code|phrase)?|(?:^|_)pin(?:$|_)|secret|(?:^|_)code(?:$|_)/i;

/** Flaws of scripts that handle passwords or repeat what they are sent. */
export const flawRules: readonly CommandRule[] = [
  rule("password-plain-hash", "medium", 0.75, ({ pipelines, source }) =>
    // Expansion puts the value in place of the name, so the name is looked for as written.
    firstLine(pipelines, (pipeline) => {
      const hashes = pipeline.findIndex(
        ({ name, args }) =>
          /^(?:md5|sha\d{1,3}|b2)sum$|^shasum$|^base64$/.test(name) ||
          (name === "openssl" && /^(?:dgst|md5|sha\d{1,3})$/.test(args[0] ?? "")),
      );
      return hashes > 0 && hashesPassword(source);
    }),
  ),
  // Time, sound or power then tell how far a guess was right.
  rule("secret-read-in-steps", "low", 0.75, ({ source }) => {
    const match = /\$\{(\w{1,40}):\s{0,2}\$?\w{1,20}:\s{0,2}1\}/.exec(source);
    return match !== null && secretName.test(match[1] ?? "") ? match[0] : null;
  }),
  rule("hard-coded-credential", "medium", 0.75, ({ source }) => hardCoded(source)),
  rule("amplified-send", "medium", 0.75, ({ commands, source }) =>
    /\{1\.\.\d{4,}\}|[<*]\s{0,2}=?\s{0,2}\d{4,}\b|-(?:lt|le)\s\d{4,}|\bseq\s(?:1\s)?\d{4,}/.test(
      source,
    )
      ? firstCommand(
          commands,
          ({ name, args, line }) =>
            (/^(?:nc|ncat|netcat)$/.test(name) && args.some((word) => /^-[a-z]*u/.test(word))) ||
            /\/dev\/udp\//.test(line),
        )
      : null,
  ),
  rule("injected-code", "high", 0.85, ({ commands }) =>
    firstCommand(
      commands,
      ({ name, args }) =>
        !/^(?:python[\d.]*|grep|egrep|rg|sed|awk|echo|printf|git|ruff|bandit|\[\[?|test|)$/.test(
          name,
        ) &&
        args.some((word) =>
          /__import__\(\s{0,2}["']\w{1,20}["']\s{0,2}\)\s{0,2}\.|\bos\.(?:system|popen)\(\s{0,2}["']/.test(
            word,
          ),
        ),
    ),
  ),
];

function hashesPassword(source: string): boolean {
  const match =
    /(?:echo|printf)[^\n|]{0,60}\$\{?(\w{1,40})\}?["']?\s{0,4}\|[^\n]{0,40}\b(?:(?:md5|sha\d{1,3}|b2)sum|shasum|openssl|base64)/.exec(
      source,
    );
  return /pass(?:word|wd|phrase)?/i.test(match?.[1] ?? "");
}

/** A password written into the script and compared with what somebody entered. */
function hardCoded(source: string): string | null {
  const assigned =
    /(?:^|\n)\s{0,12}(?:local |readonly |export )?(\w{0,30}(?:pass(?:word|wd|code)?|pwd|pin|secret|token|code|(?:license|access|session)_?key))=["']?([\w!@#%^&*-]{3,40})["']?\s{0,4}(?=\n|;|$)/i.exec(
      source,
    );
  if (assigned === null) {
    return null;
  }
  const [line, name = "", value = ""] = assigned;
  const compared = source.includes("==") || source.includes("!=");
  const used = source.split(`$${name}`).length + source.split(`{${name}`).length > 2;
  const isStatus =
    /(?:exit|status|return|error|http|country|lang|zip|response)_?code$|^code$/i.test(name);
  return compared && used && !isStatus && /[A-Za-z\d]/.test(value) ? line.trim() : null;
}
