import type { HostList } from "../../hosts/host-list.ts";
import {
  type CommandRule,
  downloaders,
  firstCommand,
  firstLine,
  rule,
  weakRule,
} from "../command-rule.ts";
import { mentionsSystemFile, readsSecretFile } from "../paths.ts";
import type { Pipeline, ShellCommand } from "../script.ts";

const interpreters =
  /^(?:sh|bash|zsh|dash|ksh|python[\d.]*|perl|ruby|node|php|pwsh|powershell|osascript|source|\.)$/;
const senders =
  /^(?:curl|wget|nc|ncat|netcat|socat|scp|rsync|sftp|ftp|tftp|ssh|mail|mailx|sendmail|telnet|http|https|xh)$/;

/** Data that leaves, code that comes in, and shells opened to the outside. */
export const networkRules: readonly CommandRule[] = [
  rule("secret-to-network", "critical", 0.97, ({ pipelines, allowedHosts }) =>
    firstLine(pipelines, (pipeline) =>
      pipeline.some((command, index) => {
        const upstream = pipeline
          .slice(0, index + 1)
          .map(({ line }) => line.replace(/\s-i\s{1,3}\S{1,200}/, " "))
          .join(" | ");
        return (
          sends(command, allowedHosts) &&
          (readsSecretFile(upstream) || mentionsSystemFile(upstream) || dumpsEnvironment(upstream))
        );
      }),
    ),
  ),
  rule("reverse-shell", "critical", 0.98, ({ commands }) =>
    firstCommand(
      commands,
      ({ line }) =>
        /\/dev\/(?:tcp|udp)\/[\w.$-]+\/[\d$]/.test(line) ||
        /\b(?:nc|ncat|netcat)\b[^|;]{0,80}\s-[a-z]{0,4}[ec]\s{0,3}\S{0,20}(?:sh|cmd|powershell)/.test(
          line,
        ) ||
        /\bsocat\b[^|;]{0,120}exec:/i.test(line) ||
        /socket\.(?:socket|create_connection)[^]{0,300}(?:dup2|pty\.spawn|\/bin\/(?:ba)?sh)/.test(
          line,
        ),
    ),
  ),
  rule(
    "download-execute",
    "high",
    0.92,
    ({ pipelines, commands, allowedHosts }) =>
      firstLine(pipelines, (pipeline) => pipesDownload(pipeline, allowedHosts)) ??
      runsDownloadedFile(commands, allowedHosts),
  ),
  rule("decoded-execute", "high", 0.93, ({ pipelines }) =>
    firstLine(pipelines, (pipeline) => {
      const line = pipeline.map((command) => command.line).join(" | ");
      const decodes =
        /\bbase64\s+(?:-d|-D|--decode)|\bxxd\s+-[a-z]*r|\bopenssl\s+(?:enc|base64)\s+[^|]{0,40}-d|\b(?:rev|tr)\b[^|]{0,40}(?=\|)/.test(
          line,
        );
      const runs = pipeline.some(
        ({ name, args }, index) =>
          (index > 0 || name === "eval" || args[0] === "-c") &&
          /^(?:sh|bash|zsh|dash|python3?|perl|eval|source)$/.test(name),
      );
      return decodes && runs;
    }),
  ),
  weakRule("upload-file", "medium", ({ commands, allowedHosts }) =>
    firstCommand(
      commands,
      (command) =>
        sends(command, allowedHosts) &&
        /(?:\s|=)@["']?[\w./$-]|--upload-file|\s-T\s|--post-file/.test(command.line),
    ),
  ),
];

/** A client that carries data out, to a host that is not allowed. */
function sends({ name, args, line }: ShellCommand, allowedHosts: HostList): boolean {
  if (!senders.test(name)) {
    return false;
  }
  const hosts = [
    ...line.matchAll(
      /(?:https?|ftp|sftp|tcp):\/\/(?:[^/\s@"']{0,80}@)?([\w.-]+)|@([\w-]+\.[\w.-]+):/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? "");
  if (
    hosts.length > 0 &&
    hosts.every((host) => allowedHosts.allows(host) && !/^127\.|^localhost$/.test(host))
  ) {
    return false;
  }
  if (name === "curl" || name === "wget") {
    return /\s(?:-d|-F|-T|--data[\w-]{0,12}|--form\S{0,8}|--upload-file|--post-(?:data|file)|--body-(?:data|file)|--json)\b|[?&][\w-]{1,40}=\$\(|https?:\/\/[^\s]{0,200}\$\(/.test(
      line,
    );
  }
  return args.length > 0;
}

function dumpsEnvironment(line: string): boolean {
  return /(?:^|[|(]\s?)(?:env|printenv|set)\s?(?:\||\)|$)/.test(line);
}

function pipesDownload(pipeline: Pipeline, allowedHosts: HostList): boolean {
  const download = pipeline.findIndex(
    ({ name, line }) => downloaders.test(name) && !allowedDownload(line, allowedHosts),
  );
  if (
    download >= 0 &&
    pipeline
      .slice(download + 1)
      .some(
        ({ name, args }) =>
          interpreters.test(name) && !args.some((word) => /^-[cm]$|^[\w./-]+\.\w{1,4}$/.test(word)),
      )
  ) {
    return true;
  }
  return pipeline.some(
    ({ name, args }) =>
      (interpreters.test(name) || name === "eval") &&
      args.some(
        (word) => /^\$\((?:curl|wget)\b/.test(word) && !allowedDownload(word, allowedHosts),
      ),
  );
}

function allowedDownload(line: string, allowedHosts: HostList): boolean {
  const host = /https?:\/\/([\w.-]+)/.exec(line)?.[1];
  return host !== undefined && allowedHosts.allows(host) && host.includes(".");
}

/** `wget -O x …` and later `sh x`, `chmod +x x` or `./x`. */
function runsDownloadedFile(
  commands: readonly ShellCommand[],
  allowedHosts: HostList,
): string | null {
  const files = new Map<string, string>();
  for (const { name, args, line, redirects } of commands) {
    if (downloaders.test(name) && !allowedDownload(line, allowedHosts)) {
      const flag = args.findIndex((word) =>
        /^(?:-[a-zA-Z]*[oO]|--output(?:-document)?)$/.test(word),
      );
      const file = args[flag + 1] ?? redirects.find(({ operator }) => operator === ">")?.target;
      if (
        flag >= 0 &&
        file !== undefined &&
        /\.(?:sh|py|pl|rb|js|ps1|bin|elf)$|^[^.]*$/.test(file)
      ) {
        files.set(file, line);
      }
    }
    const ran = args.find((word) => files.has(word));
    if (ran !== undefined && interpreters.test(name)) {
      return line;
    }
  }
  return null;
}
