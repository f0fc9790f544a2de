import type { Severity } from "../../../core/model/finding.ts";
import type { HostList } from "../hosts/host-list.ts";
import {
  climbsIntoSystem,
  isBroadTarget,
  isSystemPath,
  mentionsSystemFile,
  readsAccountFile,
  readsSecretFile,
} from "./paths.ts";
import type { Pipeline, ShellCommand } from "./script.ts";

/** A kind of harm that a script can do, told from what it reads and where that goes. */
export interface CommandRule {
  readonly id: string;
  readonly severity: Severity;
  readonly strength: "weak" | "strong";
  readonly score: number;
  /** The line that does it, or `null`. */
  readonly find: (script: Script) => string | null;
}

export interface Script {
  readonly pipelines: readonly Pipeline[];
  readonly commands: readonly ShellCommand[];
  readonly allowedHosts: HostList;
}

const interpreters = /^(?:sh|bash|zsh|dash|ksh|python[\d.]*|perl|ruby|node|php|pwsh|powershell|osascript|source|\.)$/;
const downloaders = /^(?:curl|wget|fetch|aria2c|Invoke-WebRequest|iwr)$/i;
const senders = /^(?:curl|wget|nc|ncat|netcat|socat|scp|rsync|sftp|ftp|tftp|ssh|mail|mailx|sendmail|telnet|http|https|xh)$/;
const readers = /^(?:cat|head|tail|less|more|tac|nl|strings|xxd|od|base64|grep|egrep|awk|sed|cut|sort|cp|mv|dd|tar|zip|gzip|openssl|gpg|vi|vim|nano|view|while|read|mapfile|readarray|python3?|find|rsync|scp|curl|wget|nc|\[\[?|test|)$/;

export const commandRules: readonly CommandRule[] = [
  rule("secret-to-network", "critical", 0.97, ({ pipelines, allowedHosts }) =>
    firstLine(pipelines, (pipeline) =>
      pipeline.some((command, index) => {
        const upstream = pipeline.slice(0, index + 1).map(({ line }) => line.replace(/\s-i\s{1,3}\S{1,200}/, " ")).join(" | ");
        return sends(command, allowedHosts) && (readsSecretFile(upstream) || mentionsSystemFile(upstream) || dumpsEnvironment(upstream));
      }),
    ),
  ),
  rule("reverse-shell", "critical", 0.98, ({ commands }) =>
    firstCommand(commands, ({ line }) =>
      /\/dev\/(?:tcp|udp)\/[\w.$-]+\/[\d$]/.test(line) ||
      /\b(?:nc|ncat|netcat)\b[^|;]{0,80}\s-[a-z]{0,4}[ec]\s{0,3}\S{0,20}(?:sh|cmd|powershell)/.test(line) ||
      /\bsocat\b[^|;]{0,120}exec:/i.test(line) ||
      /socket\.(?:socket|create_connection)[^]{0,300}(?:dup2|pty\.spawn|\/bin\/(?:ba)?sh)/.test(line),
    ),
  ),
  rule("download-execute", "high", 0.92, ({ pipelines, commands, allowedHosts }) =>
    firstLine(pipelines, (pipeline) => pipesDownload(pipeline, allowedHosts)) ??
    runsDownloadedFile(commands, allowedHosts),
  ),
  rule("decoded-execute", "high", 0.93, ({ pipelines }) =>
    firstLine(pipelines, (pipeline) => {
      const line = pipeline.map((command) => command.line).join(" | ");
      const decodes = /\bbase64\s+(?:-d|-D|--decode)|\bxxd\s+-[a-z]*r|\bopenssl\s+(?:enc|base64)\s+[^|]{0,40}-d|\b(?:rev|tr)\b[^|]{0,40}(?=\|)/.test(line);
      const runs = pipeline.some(({ name, args }, index) => (index > 0 || name === "eval" || args[0] === "-c") && /^(?:sh|bash|zsh|dash|python3?|perl|eval|source)$/.test(name));
      return decodes && runs;
    }),
  ),
  rule("destroy-broad-target", "critical", 0.95, ({ commands }) =>
    firstCommand(commands, (command) => destroysBroadly(command)),
  ),
  rule("destroy-system-file", "high", 0.9, ({ commands }) =>
    firstCommand(commands, ({ name, args, redirects, line }) =>
      (/^(?:rm|unlink|shred|truncate)$/.test(name) && args.some((path) => isSystemPath(path) && !isCache(path))) ||
      (name === "mv" && isSystemPath(args.find((word) => !word.startsWith("-")) ?? "") && /\/dev\/null|\/tmp\b/.test(line)) ||
      (name === "find" && isSystemPath(args[0] ?? "") && /-delete\b|-exec\s+(?:rm|shred)\b/.test(line) && !isCache(args[0] ?? "") && !isBroadTarget(args[0] ?? "")) ||
      redirects.some(({ operator, target }) => operator === ">" && /^\/(?:etc|boot|bin|sbin)\//.test(target) && /^(?::|true|)$/.test(name)),
    ),
  ),
  rule("write-system-file", "medium", 0.85, ({ commands }) => firstCommand(commands, writesSystemFile)),
  rule("persistence", "high", 0.9, ({ commands }) => firstCommand(commands, persists)),
  rule("disable-control", "high", 0.9, ({ commands }) => firstCommand(commands, disablesControl)),
  rule("history-wipe", "high", 0.9, ({ commands }) =>
    firstCommand(commands, ({ line, name, redirects }) =>
      /\bhistory\s+-[acw]{1,3}(?:\s|$)|\b(?:unset|export)\s+HISTFILE(?:=|\b)(?!=\S*\/\w)|\bHISTFILE=\/dev\/null|\bHISTSIZE=0\b|\bset\s+\+o\s+history/.test(line) ||
      (/^(?:rm|shred|truncate|ln)$/.test(name) && /\.(?:bash|zsh|sh|python|mysql|psql)_history\b/.test(line)) ||
      (/^(?:rm|shred)$/.test(name) && /\/var\/log(?:\/\*|\s|$)/.test(line)) ||
      redirects.some(({ operator, target }) => operator === ">" && /_history$|^\/var\/log\/(?:auth|secure|syslog|wtmp|messages)/.test(target)),
    ),
  ),
  rule("privilege-escalation", "high", 0.9, ({ commands }) =>
    firstCommand(commands, ({ name, line }) =>
      (name === "chmod" && /\s(?:[ugoa]*\+[rwx]*s|[42-7][0-7]{3})\s/.test(`${line} `) && /\/(?:bin|sbin|tmp|usr)\/|sh\b/.test(line)) ||
      /NOPASSWD/.test(line) ||
      (/^(?:usermod|gpasswd|adduser)$/.test(name) && /\b(?:sudo|wheel|docker|root)\b/.test(line)) ||
      (name === "docker" && /\s-v\s*\/:|--privileged[^|]{0,80}\s-v\s*\//.test(line)) ||
      (name === "nsenter" && /-t\s*1\b/.test(line)) ||
      (name === "setcap" && /cap_(?:setuid|sys_admin|dac)/.test(line)),
    ),
  ),
  rule("secret-read", "medium", 0.85, ({ commands }) =>
    firstCommand(commands, (command) =>
      reads(command, readsSecretFile) && !/\.env\b/.test(command.line) && !/\.(?:pem|p12|pfx|jks|npmrc)\b/.test(command.line),
    ),
  ),
  rule("account-file-read", "low", 0.75, ({ commands }) =>
    firstCommand(commands, (command) => reads(command, readsAccountFile)),
  ),
  rule("path-climbing", "medium", 0.8, ({ commands }) =>
    firstCommand(commands, (command) => reads(command, climbsIntoSystem)),
  ),
  rule("runs-variable", "low", 0.75, ({ commands }) => firstCommand(commands, ({ runsVariable }) => runsVariable)),
  rule("kill-service", "medium", 0.8, ({ commands }) => killsServices(commands)),
  weakRule("system-file-read", "low", ({ commands }) =>
    firstCommand(commands, (command) => reads(command, mentionsSystemFile)),
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

const daemons = /\b(?:sshd|dockerd|containerd|runc|dbus-daemon|systemd(?:-\w+)?|journald|rsyslogd|auditd|crond?|kubelet|mongod|mysqld|postgres|redis-server|nginx|apache2|httpd|named|init|udevd|firewalld)\b/;

function rule(id: string, severity: Severity, score: number, find: CommandRule["find"]): CommandRule {
  return { id, severity, score, strength: "strong", find };
}

function weakRule(id: string, severity: Severity, find: CommandRule["find"]): CommandRule {
  return { id, severity, score: 0.5, strength: "weak", find };
}

/** Ends a daemon by name, or walks the list of processes to end those that match. */
function killsServices(commands: readonly ShellCommand[]): string | null {
  const kill = commands.find(
    ({ name, args }) =>
      /^(?:kill|pkill|killall)$/.test(name) && args.some((word) => /[$]|\w{3}/.test(word)),
  );
  if (kill === undefined) {
    return null;
  }
  const walks = commands.some(({ redirects }) =>
    redirects.some(({ operator, target }) => operator === "<" && target.startsWith("$(ps ")),
  );
  const matcher = /^(?:\[\[?|ps|grep|pgrep|awk|pkill|killall|kill|pidof|case|test|)$/;
  return walks
    ? kill.line
    : firstCommand(commands, ({ line, name }) => matcher.test(name) && daemons.test(line));
}

function firstLine(pipelines: readonly Pipeline[], test: (pipeline: Pipeline) => boolean): string | null {
  const found = pipelines.find(test);
  return found === undefined ? null : found.map(({ line }) => line).join(" | ");
}

function firstCommand(commands: readonly ShellCommand[], test: (command: ShellCommand) => boolean): string | null {
  return commands.find(test)?.line ?? null;
}

/** A client that carries data out, to a host that is not allowed. */
function sends({ name, args, line }: ShellCommand, allowedHosts: HostList): boolean {
  if (!senders.test(name)) {
    return false;
  }
  const hosts = [...line.matchAll(/(?:https?|ftp|sftp|tcp):\/\/(?:[^/\s@"']{0,80}@)?([\w.-]+)|@([\w-]+\.[\w.-]+):/g)].map((match) => match[1] ?? match[2] ?? "");
  if (hosts.length > 0 && hosts.every((host) => allowedHosts.allows(host) && !/^127\.|^localhost$/.test(host))) {
    return false;
  }
  if (name === "curl" || name === "wget") {
    return /\s(?:-d|-F|-T|--data[\w-]{0,12}|--form\S{0,8}|--upload-file|--post-(?:data|file)|--body-(?:data|file)|--json)\b|[?&][\w-]{1,40}=\$\(|https?:\/\/[^\s]{0,200}\$\(/.test(line);
  }
  return args.length > 0;
}

function dumpsEnvironment(line: string): boolean {
  return /(?:^|[|(]\s?)(?:env|printenv|set)\s?(?:\||\)|$)/.test(line);
}

function pipesDownload(pipeline: Pipeline, allowedHosts: HostList): boolean {
  const download = pipeline.findIndex(({ name, line }) => downloaders.test(name) && !allowedDownload(line, allowedHosts));
  if (download >= 0 && pipeline.slice(download + 1).some(({ name, args }) => interpreters.test(name) && !args.some((word) => /^-[cm]$|^[\w./-]+\.\w{1,4}$/.test(word)))) {
    return true;
  }
  return pipeline.some(({ name, args }) =>
    (interpreters.test(name) || name === "eval") &&
    args.some((word) => /^\$\((?:curl|wget)\b/.test(word) && !allowedDownload(word, allowedHosts)),
  );
}

function allowedDownload(line: string, allowedHosts: HostList): boolean {
  const host = /https?:\/\/([\w.-]+)/.exec(line)?.[1];
  return host !== undefined && allowedHosts.allows(host) && host.includes(".");
}

/** `wget -O x …` and later `sh x`, `chmod +x x` or `./x`. */
function runsDownloadedFile(commands: readonly ShellCommand[], allowedHosts: HostList): string | null {
  const files = new Map<string, string>();
  for (const { name, args, line, redirects } of commands) {
    if (downloaders.test(name) && !allowedDownload(line, allowedHosts)) {
      const flag = args.findIndex((word) => /^(?:-[a-zA-Z]*[oO]|--output(?:-document)?)$/.test(word));
      const file = args[flag + 1] ?? redirects.find(({ operator }) => operator === ">")?.target;
      if (flag >= 0 && file !== undefined && /\.(?:sh|py|pl|rb|js|ps1|bin|elf)$|^[^.]*$/.test(file)) {
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

function destroysBroadly({ name, args, line }: ShellCommand): boolean {
  const targets = args.filter((word) => !word.startsWith("-"));
  const recursive = args.some((word) => /^-[a-zA-Z]*[rR]|^--recursive/.test(word));
  switch (name) {
    case "rm":
      return recursive && targets.some((path) => isBroadTarget(path) && !/^(?:\.|\.\/|\*|\.\/\*)$/.test(path));
    case "chmod":
    case "chown":
      return recursive && targets.slice(1).some((path) => /^\/(?:\*|etc|usr|bin|lib|var|boot)?$/.test(path));
    case "dd":
      return /\bof=\/dev\/(?:sd|hd|nvme|vd|xvd|mmcblk|disk)/.test(line);
    case "find":
      return /^\/(?:\s|$)|^(?:~|\$HOME)/.test(targets[0] ?? "") && /-delete\b|-exec\s+(?:rm|shred)\s/.test(line) && !/-i?name\b|-i?regex\b|-path\b|-inum\b|-user\b|-size\b|-type\b/.test(line);
    case "mkfs":
    case "wipefs":
      return true;
    case "kubectl":
      return /\bdelete\b/.test(line) && /--all(?:-namespaces)?\b|\bnamespaces?\b/.test(line) && /--all\b/.test(line);
    case "terraform":
      return /\bdestroy\b/.test(line) && /-auto-approve/.test(line);
    case "git":
      return /\bpush\b/.test(line) && /\s(?:-f|--force)\b/.test(line) && /\b(?:main|master|production)\b/.test(line);
    default:
      return (
        name.startsWith("mkfs.") ||
        />\s?\/dev\/(?:sd|hd|nvme|vd|xvd)[a-z0-9]/.test(line) ||
        /:\(\)\s*\{|\bDROP\s+(?:DATABASE|SCHEMA)\b|\bDELETE\s+FROM\s+\w+\s*(?:;|$)/i.test(line) ||
        /(?:shutil\.rmtree|os\.(?:remove|unlink)|rimraf(?:\.sync)?|rmSync)\(\s*["'](?:\/|~)/.test(line)
      );
  }
}

function isCache(path: string): boolean {
  return /^\/(?:var\/(?:lib\/apt\/lists|cache|tmp|log\/apt)|usr\/share\/(?:dotnet|swift|doc|man|miniconda)|usr\/(?:lib\/jvm|lib\/android)|root\/\.cache|dev\/shm|var\/run\/docker)/.test(path);
}

function writesSystemFile({ name, args, redirects }: ShellCommand): boolean {
  const targets = redirects.filter(({ operator }) => operator.startsWith(">") && !operator.includes("&")).map(({ target }) => target);
  const plain = args.filter((word) => !word.startsWith("-"));
  if (/^(?:cp|mv|install|ln)$/.test(name) && plain.length >= 2) {
    targets.push(plain.at(-1) ?? "");
  } else if (name === "tee") {
    targets.push(...plain);
  } else if (downloaders.test(name)) {
    const flag = args.findIndex((word) => /^(?:-[a-zA-Z]*[oO]|--output(?:-document)?)$/.test(word));
    targets.push(flag >= 0 ? (args[flag + 1] ?? "") : "");
  }
  return targets.some((path) => /^\/(?:bin|sbin|lib|lib64|boot|usr|usr\/(?:bin|sbin|lib))\/[\w.-]+$/.test(path) && !/^\/usr\/local$/.test(path));
}

const startupFile = /(?:^|\/)\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zprofile|zshenv|kshrc|config\/fish\/config\.fish|config\/autostart\/\S+)$|^\/etc\/(?:profile|bash\.bashrc|rc\.local|environment|ld\.so\.preload|cron\w{0,10}\/|crontab|init\.d\/|systemd\/system\/|profile\.d\/|sudoers)|authorized_keys$|\/(?:LaunchAgents|LaunchDaemons)\/|\.git\/hooks\/|\.claude\/settings/;

function persists({ name, args, redirects, line }: ShellCommand): boolean {
  const writes = redirects.some(({ operator, target }) => operator.startsWith(">") && startupFile.test(target));
  const body = `${line}`;
  if (writes || (name === "tee" && args.some((word) => startupFile.test(word)))) {
    return !/\b(?:PATH|EDITOR|LANG|NVM_DIR|GOPATH|JAVA_HOME|PS1)=|\beval "?\$\((?:rbenv|pyenv|direnv|starship)|completion/.test(body);
  }
  return (
    (name === "crontab" && (args.includes("-") || args.some((word) => /^\/tmp|\.cron$/.test(word)))) ||
    (name === "echo" && /\bcrontab\b/.test(line)) ||
    (name === "alias" && /^sudo=/.test(args[0] ?? "")) ||
    (name === "git" && /\bconfig\b/.test(line) && /core\.(?:hooksPath|sshCommand|pager)|alias\.\w+\s+["']?!/.test(line) && /--global/.test(line))
  );
}

function disablesControl({ name, args, line }: ShellCommand): boolean {
  switch (name) {
    case "setenforce":
      return args[0] === "0" || args[0] === "Permissive";
    case "ufw":
      return args.includes("disable");
    case "iptables":
    case "ip6tables":
    case "nft":
      return /\s(?:-F|--flush|flush\s+ruleset)\b|-P\s+INPUT\s+ACCEPT/.test(line);
    case "systemctl":
    case "service":
      return /\b(?:stop|disable|mask)\b/.test(line) && /\b(?:firewalld|ufw|auditd|apparmor|fail2ban|rsyslog|clamav\S*|falco|osqueryd|crowdstrike|falcon-sensor|selinux)\b/.test(line);
    case "auditctl":
      return /-e\s*0|\s-D\b/.test(line);
    case "csrutil":
    case "spctl":
      return /disable/.test(line);
    case "sysctl":
      return /randomize_va_space=0|kernel\.yama\.ptrace_scope=0/.test(line);
    case "chattr":
      return /\s-[a-z]*i\b/.test(line) && args.some(isSystemPath);
    case "kubectl":
      return /\bdelete\b/.test(line) && /\b(?:networkpolic|podsecurity|validatingwebhook|psp)/.test(line);
    default:
      return /Set-MpPreference\s+-Disable|DisableRealtimeMonitoring|\bSELINUX=disabled\b|NODE_TLS_REJECT_UNAUTHORIZED=0\s|--dangerously-skip-permissions/.test(`${line} `);
  }
}

function reads({ name, args, redirects, line }: ShellCommand, isSensitive: (text: string) => boolean): boolean {
  if (redirects.some(({ operator, target }) => operator === "<" && isSensitive(target))) {
    return true;
  }
  const touches = readers.test(name) && !/^(?:\[\[?|test|find|)$/.test(name);
  return touches && args.some((word) => !/^\$\(/.test(word) && isSensitive(word)) && !/^(?:grep|sed|awk)$/.test(name === "" ? line : "");
}
