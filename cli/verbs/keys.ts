import type { Command } from "commander";
import { createApiClient } from "../api-client.ts";
import { printable, printJson, printLine, printTable } from "../print.ts";
import { UserError } from "../user-error.ts";

interface Key {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly source: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
  readonly previousSecretUntil: string | null;
}

interface IssuedKey extends Key {
  readonly secret: string;
}

export function registerKeys(program: Command): void {
  const keys = program.command("keys").description("API keys of your tenant");
  keys
    .command("list", { isDefault: true })
    .description("List keys with their scopes and last use")
    .option("--json", "one line of JSON per key")
    .action(list);
  keys
    .command("create")
    .description("Make a key; from the first one on every port asks for a key")
    .requiredOption("--name <name>", "who will hold it, for the audit log")
    .requiredOption("--scopes <list>", "some of ingest,read,approve,admin")
    .option("--expires <span>", "such as 90d or 12h (default: never)")
    .option("--json", "the API's JSON")
    .action(create);
  keys
    .command("rotate")
    .description("Give a key a new secret; the old one stays valid for a while")
    .argument("<id>")
    .option("--grace <span>", "how long the old secret stays valid, at most 30d", "24h")
    .option("--expires <span>", "new end of the key, such as 90d (default: unchanged)")
    .option("--json", "the API's JSON")
    .action(rotate);
  keys
    .command("revoke")
    .description("Revoke a key at once, with every secret it has")
    .argument("<id>")
    .option("--reason <text>", "why; kept in the audit log", "")
    .action(revoke);
}

async function list(options: { json?: boolean }): Promise<void> {
  const { items } = await createApiClient(process.env).get<{ items: readonly Key[] }>(
    "/api/v1/keys",
  );
  if (options.json === true) {
    items.forEach(printJson);
    return;
  }
  if (items.length === 0) {
    printLine("No keys: whoever reaches the loopback ports may do everything.");
    return;
  }
  printTable(
    ["id", "name", "scopes", "from", "state", "last used"],
    items.map((key) => [
      key.id,
      printable(key.name),
      key.scopes.join(","),
      key.source,
      stateOf(key),
      key.lastUsedAt ?? "never",
    ]),
  );
}

function stateOf({ revokedAt, expiresAt, previousSecretUntil }: Key): string {
  if (revokedAt !== null) {
    return `revoked ${revokedAt}`;
  }
  if (expiresAt !== null) {
    return `${Date.parse(expiresAt) <= Date.now() ? "expired" : "until"} ${expiresAt}`;
  }
  return previousSecretUntil === null ? "valid" : `old secret until ${previousSecretUntil}`;
}

interface CreateOptions {
  readonly name: string;
  readonly scopes: string;
  readonly expires?: string;
  readonly json?: boolean;
}

async function create({ name, scopes, expires, json }: CreateOptions): Promise<void> {
  const body = { name, scopes: scopes.split(",").map((scope) => scope.trim()), ...end(expires) };
  const key = await createApiClient(process.env).post<IssuedKey>("/api/v1/keys", body);
  show(key, json === true);
}

interface RotateOptions {
  readonly grace: string;
  readonly expires?: string;
  readonly json?: boolean;
}

async function rotate(id: string, { grace, expires, json }: RotateOptions): Promise<void> {
  const body = { graceSeconds: seconds(grace), ...end(expires) };
  const client = createApiClient(process.env);
  const key = await client.post<IssuedKey>(`/api/v1/keys/${encodeURIComponent(id)}/rotate`, body);
  show(key, json === true);
}

async function revoke(id: string, { reason }: { reason: string }): Promise<void> {
  const client = createApiClient(process.env);
  printJson(await client.post(`/api/v1/keys/${encodeURIComponent(id)}/revoke`, { reason }));
}

function show(key: IssuedKey, asJson: boolean): void {
  if (asJson) {
    printJson(key);
    return;
  }
  printLine(`Key (shown once):  ${key.secret}
Id                 ${key.id}
Name               ${printable(key.name)}
Scopes             ${key.scopes.join(", ")}
Expires            ${key.expiresAt ?? "never"}`);
  if (key.previousSecretUntil !== null) {
    printLine(`Old secret until   ${key.previousSecretUntil}`);
  }
  printLine(`
For this command line:  export TELLTALE_API_KEY=<key>
For senders:            export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20<key>"`);
}

function end(expires: string | undefined): { expiresAt?: string } {
  return expires === undefined
    ? {}
    : { expiresAt: new Date(Date.now() + seconds(expires) * 1000).toISOString() };
}

const secondsOfUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A span of time such as `90d`. */
function seconds(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const factor = secondsOfUnit[unit];
  if (factor === undefined) {
    throw new UserError(`expected a span such as 90d, 12h or 0s, got ${text}`, 2);
  }
  return Number(count) * factor;
}
