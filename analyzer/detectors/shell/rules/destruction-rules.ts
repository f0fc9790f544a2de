import { type CommandRule, downloaders, firstCommand, rule } from "../command-rule.ts";
import { isBroadTarget, isSystemPath } from "../paths.ts";
import type { ShellCommand } from "../script.ts";

/** What breaks the machine or overwrites parts of it. */
export const destructionRules: readonly CommandRule[] = [
  rule("destroy-broad-target", "critical", 0.95, ({ commands }) =>
    firstCommand(commands, (command) => destroysBroadly(command)),
  ),
  rule("destroy-system-file", "high", 0.9, ({ commands }) =>
    firstCommand(
      commands,
      ({ name, args, redirects, line }) =>
        (/^(?:rm|unlink|shred|truncate)$/.test(name) &&
          args.some((path) => isSystemPath(path) && !isCache(path))) ||
        (name === "mv" &&
          isSystemPath(args.find((word) => !word.startsWith("-")) ?? "") &&
          /\/dev\/null|\/tmp\b/.test(line)) ||
        (name === "find" &&
          isSystemPath(args[0] ?? "") &&
          /-delete\b|-exec\s+(?:rm|shred)\b/.test(line) &&
          !isCache(args[0] ?? "") &&
          !isBroadTarget(args[0] ?? "")) ||
        redirects.some(
          ({ operator, target }) =>
            operator === ">" &&
            /^\/(?:etc|boot|bin|sbin)\//.test(target) &&
            /^(?::|true|)$/.test(name),
        ),
    ),
  ),
  rule("write-system-file", "medium", 0.85, ({ commands }) =>
    firstCommand(commands, writesSystemFile),
  ),
  rule("kill-service", "medium", 0.8, ({ commands, source }) => killsServices(commands, source)),
];

const daemons =
  /\b(?:sshd|dockerd|containerd|runc|dbus-daemon|systemd(?:-\w+)?|journald|rsyslogd|auditd|crond?|kubelet|mongod|mysqld|postgres|redis-server|nginx|apache2|httpd|named|init|udevd|firewalld)\b/;

/** Ends a daemon by name, or walks the list of processes to end those that match. */
function killsServices(commands: readonly ShellCommand[], source: string): string | null {
  const kill = commands.find(
    ({ name, args }) =>
      /^(?:kill|pkill|killall)$/.test(name) && args.some((word) => /[$]|\w{3}/.test(word)),
  );
  if (kill === undefined) {
    return null;
  }
  const walks =
    /\bfor\s{1,4}\w{1,40}\s{1,4}in\s{1,4}(?:\$\(|`)\s{0,4}(?:ps|pgrep|pidof)\b/.test(source) ||
    commands.some(({ redirects }) =>
      redirects.some(({ operator, target }) => operator === "<" && target.startsWith("$(ps ")),
    );
  const matcher = /^(?:\[\[?|ps|grep|pgrep|awk|pkill|killall|kill|pidof|case|test|)$/;
  return walks
    ? kill.line
    : firstCommand(commands, ({ line, name }) => matcher.test(name) && daemons.test(line));
}

function destroysBroadly({ name, args, line }: ShellCommand): boolean {
  const targets = args.filter((word) => !word.startsWith("-"));
  const recursive = args.some((word) => /^-[a-zA-Z]*[rR]|^--recursive/.test(word));
  switch (name) {
    case "rm":
      return (
        recursive &&
        targets.some((path) => isBroadTarget(path) && !/^(?:\.|\.\/|\*|\.\/\*)$/.test(path))
      );
    case "chmod":
    case "chown":
      return (
        recursive &&
        targets.slice(1).some((path) => /^\/(?:\*|etc|usr|bin|lib|var|boot)?$/.test(path))
      );
    case "dd":
      return /\bof=\/dev\/(?:sd|hd|nvme|vd|xvd|mmcblk|disk)/.test(line);
    case "find":
      return (
        /^\/(?:\s|$)|^(?:~|\$HOME)/.test(targets[0] ?? "") &&
        /-delete\b|-exec\s+(?:rm|shred)\s/.test(line) &&
        !/-i?name\b|-i?regex\b|-path\b|-inum\b|-user\b|-size\b|-type\b/.test(line)
      );
    case "mkfs":
    case "wipefs":
      return true;
    case "kubectl":
      return (
        /\bdelete\b/.test(line) &&
        /--all(?:-namespaces)?\b|\bnamespaces?\b/.test(line) &&
        /--all\b/.test(line)
      );
    case "terraform":
      return /\bdestroy\b/.test(line) && /-auto-approve/.test(line);
    case "git":
      return (
        /\bpush\b/.test(line) &&
        /\s(?:-f|--force)\b/.test(line) &&
        /\b(?:main|master|production)\b/.test(line)
      );
    default:
      return (
        name.startsWith("mkfs.") ||
        />\s?\/dev\/(?:sd|hd|nvme|vd|xvd)[a-z0-9]/.test(line) ||
        /:\(\)\s*\{|\bDROP\s+(?:DATABASE|SCHEMA)\b|\bDELETE\s+FROM\s+\w+\s*(?:;|$)/i.test(line) ||
        /(?:shutil\.rmtree|os\.(?:remove|unlink)|rimraf(?:\.sync)?|rmSync)\(\s*["'](?:\/|~)/.test(
          line,
        )
      );
  }
}

function isCache(path: string): boolean {
  return /^\/(?:var\/(?:lib\/apt\/lists|cache|tmp|log\/apt)|usr\/share\/(?:dotnet|swift|doc|man|miniconda)|usr\/(?:lib\/jvm|lib\/android)|root\/\.cache|dev\/shm|var\/run\/docker)/.test(
    path,
  );
}

function writesSystemFile({ name, args, redirects }: ShellCommand): boolean {
  const targets = redirects
    .filter(({ operator }) => operator.startsWith(">") && !operator.includes("&"))
    .map(({ target }) => target);
  const plain = args.filter((word) => !word.startsWith("-"));
  if (/^(?:cp|mv|install|ln)$/.test(name) && plain.length >= 2) {
    targets.push(plain.at(-1) ?? "");
  } else if (name === "tee") {
    targets.push(...plain);
  } else if (downloaders.test(name)) {
    const flag = args.findIndex((word) => /^(?:-[a-zA-Z]*[oO]|--output(?:-document)?)$/.test(word));
    targets.push(flag >= 0 ? (args[flag + 1] ?? "") : "");
  }
  return targets.some(
    (path) =>
      /^\/(?:bin|sbin|lib|lib64|boot|usr|usr\/(?:bin|sbin|lib))\/[\w.-]+$/.test(path) &&
      !/^\/usr\/local$/.test(path),
  );
}
