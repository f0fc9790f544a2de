import { type CommandRule, firstCommand, rule, weakRule } from "../command-rule.ts";
import {
  climbsIntoSystem,
  mentionsSystemFile,
  readsAccountFile,
  readsSecretFile,
} from "../paths.ts";
import type { ShellCommand } from "../script.ts";

const readers =
  /^(?:cat|head|tail|less|more|tac|nl|strings|xxd|od|base64|grep|egrep|awk|sed|cut|sort|cp|mv|dd|tar|zip|gzip|openssl|gpg|vi|vim|nano|view|while|read|mapfile|readarray|python3?|find|rsync|scp|curl|wget|nc|\[\[?|test|)$/;

/** Files that are read though they are none of the task's business. */
export const readRules: readonly CommandRule[] = [
  rule("secret-read", "medium", 0.85, ({ commands }) =>
    firstCommand(
      commands,
      (command) =>
        reads(command, readsSecretFile) &&
        !/\.env\b/.test(command.line) &&
        !/\.(?:pem|p12|pfx|jks|npmrc)\b/.test(command.line),
    ),
  ),
  rule("account-file-read", "low", 0.75, ({ commands }) =>
    firstCommand(commands, (command) => reads(command, readsAccountFile)),
  ),
  rule("path-climbing", "medium", 0.8, ({ commands }) =>
    firstCommand(commands, (command) => reads(command, climbsIntoSystem)),
  ),
  weakRule("system-file-read", "low", ({ commands }) =>
    firstCommand(commands, (command) => reads(command, mentionsSystemFile)),
  ),
];

function reads(
  { name, args, redirects, line }: ShellCommand,
  isSensitive: (text: string) => boolean,
): boolean {
  if (redirects.some(({ operator, target }) => operator === "<" && isSensitive(target))) {
    return true;
  }
  const touches = readers.test(name) && !/^(?:\[\[?|test|find|)$/.test(name);
  return (
    touches &&
    args.some((word) => !/^\$\(/.test(word) && isSensitive(word)) &&
    !/^(?:grep|sed|awk)$/.test(name === "" ? line : "")
  );
}
