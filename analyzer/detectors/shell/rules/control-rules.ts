import { type CommandRule, firstCommand, rule } from "../command-rule.ts";
import { isSystemPath } from "../paths.ts";
import type { ShellCommand } from "../script.ts";

/** What stays, gains rights, blinds the watch or wipes the traces. */
export const controlRules: readonly CommandRule[] = [
  rule("persistence", "high", 0.9, ({ commands }) => firstCommand(commands, persists)),
  rule("disable-control", "high", 0.9, ({ commands }) => firstCommand(commands, disablesControl)),
  rule("history-wipe", "high", 0.9, ({ commands }) =>
    firstCommand(
      commands,
      ({ line, name, redirects }) =>
        /\bhistory\s+-[acw]{1,3}(?:\s|$)|\b(?:unset|export)\s+HISTFILE(?:=|\b)(?!=\S*\/\w)|\bHISTFILE=\/dev\/null|\bHISTSIZE=0\b|\bset\s+\+o\s+history/.test(
          line,
        ) ||
        (/^(?:rm|shred|truncate|ln)$/.test(name) &&
          /\.(?:bash|zsh|sh|python|mysql|psql)_history\b/.test(line)) ||
        (/^(?:rm|shred)$/.test(name) && /\/var\/log(?:\/\*|\s|$)/.test(line)) ||
        redirects.some(
          ({ operator, target }) =>
            operator === ">" &&
            /_history$|^\/var\/log\/(?:auth|secure|syslog|wtmp|messages)/.test(target),
        ),
    ),
  ),
  rule("privilege-escalation", "high", 0.9, ({ commands }) =>
    firstCommand(
      commands,
      ({ name, line }) =>
        (name === "chmod" &&
          /\s(?:[ugoa]*\+[rwx]*s|[42-7][0-7]{3})\s/.test(`${line} `) &&
          /\/(?:bin|sbin|tmp|usr)\/|sh\b/.test(line)) ||
        /NOPASSWD/.test(line) ||
        (/^(?:usermod|gpasswd|adduser)$/.test(name) &&
          /\b(?:sudo|wheel|docker|root)\b/.test(line)) ||
        (name === "docker" && /\s-v\s*\/:|--privileged[^|]{0,80}\s-v\s*\//.test(line)) ||
        (name === "nsenter" && /-t\s*1\b/.test(line)) ||
        (name === "setcap" && /cap_(?:setuid|sys_admin|dac)/.test(line)),
    ),
  ),
  rule("runs-variable", "low", 0.75, ({ commands }) =>
    firstCommand(commands, ({ runsVariable }) => runsVariable),
  ),
];

const startupFile =
  /(?:^|\/)\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zprofile|zshenv|kshrc|config\/fish\/config\.fish|config\/autostart\/\S+)$|^\/etc\/(?:profile|bash\.bashrc|rc\.local|environment|ld\.so\.preload|cron\w{0,10}\/|crontab|init\.d\/|systemd\/system\/|profile\.d\/|sudoers)|authorized_keys$|\/(?:LaunchAgents|LaunchDaemons)\/|\.git\/hooks\/|\.claude\/settings/;

function persists({ name, args, redirects, line }: ShellCommand): boolean {
  const writes = redirects.some(
    ({ operator, target }) => operator.startsWith(">") && startupFile.test(target),
  );
  if (writes || (name === "tee" && args.some((word) => startupFile.test(word)))) {
    return !/\b(?:PATH|EDITOR|LANG|NVM_DIR|GOPATH|JAVA_HOME|PS1)=|\beval "?\$\((?:rbenv|pyenv|direnv|starship)|completion/.test(
      line,
    );
  }
  return (
    (name === "crontab" &&
      (args.includes("-") || args.some((word) => /^\/tmp|\.cron$/.test(word)))) ||
    (name === "alias" && args[0]?.startsWith("sudo=") === true) ||
    (name === "git" &&
      /\bconfig\b/.test(line) &&
      /core\.(?:hooksPath|sshCommand|pager)|alias\.\w+\s+["']?!/.test(line) &&
      /--global/.test(line))
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
      return (
        /\b(?:stop|disable|mask)\b/.test(line) &&
        /\b(?:firewalld|ufw|auditd|apparmor|fail2ban|rsyslog|clamav\S*|falco|osqueryd|crowdstrike|falcon-sensor|selinux)\b/.test(
          line,
        )
      );
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
      return (
        /\bdelete\b/.test(line) && /\b(?:networkpolic|podsecurity|validatingwebhook|psp)/.test(line)
      );
    default:
      return /Set-MpPreference\s+-Disable|DisableRealtimeMonitoring|\bSELINUX=disabled\b|NODE_TLS_REJECT_UNAUTHORIZED=0\s|--dangerously-skip-permissions/.test(
        `${line} `,
      );
  }
}
