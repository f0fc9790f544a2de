import { type CommandRule, firstCommand, rule, weakRule } from "../command-rule.ts";
import {
  climbsIntoSystem,
  mentionsSystemFile,
  readsAccountFile,
  readsSecretFile,
} from "../paths.ts";
import type { ShellCommand } from "../script.ts";

const readers =
  /^(?:cat|head|tail|less|more|tac|nl|strings|xxd|od|base64|grep|egrep|awk|sed|cut|sort|cp|mv|dd|tar|zip|gzip|openssl|gpg|vi|vim|nano|view|mapfile|readarray|python3?|rsync|scp|curl|wget|nc)$/;

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
  rule("system-file-read", "informational", 0.7, ({ commands }) =>
    firstCommand(
      commands,
      (command) =>
        reads(command, mentionsSystemFile) && !/\/(?:var\/log|boot)\//.test(command.line),
    ),
  ),
  weakRule("log-read", "informational", ({ commands }) =>
    firstCommand(
      commands,
      (command) => reads(command, mentionsSystemFile) && /\/(?:var\/log|boot)\//.test(command.line),
    ),
  ),
  rule("system-folder-list", "informational", 0.7, ({ commands }) =>
    firstCommand(
      commands,
      ({ name, args }) =>
        /^(?:ls|tree|dir)$/.test(name) &&
        args.some((path) => /^\/(?:etc|root|proc|sys|boot)(?:\/|$)/.test(path)),
    ),
  ),
];

function reads(
  { name, args, redirects }: ShellCommand,
  isSensitive: (text: string) => boolean,
): boolean {
  if (redirects.some(({ operator, target }) => operator === "<" && isSensitive(target))) {
    return true;
  }
  return readers.test(name) && args.some((word) => !word.startsWith("$(") && isSensitive(word));
}
