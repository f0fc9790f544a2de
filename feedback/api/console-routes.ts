import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";
import { pagePolicy } from "../../core/http/security-headers.ts";

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * The console: `/` and the files of its folder below `/console/`, as they are at start. Pages hold
 * no data of their own; everything they show comes through the API with the caller's permission.
 */
export async function consoleRoutes(instance: FastifyInstance): Promise<void> {
  const folder = fileURLToPath(new URL("../../dashboards/console/", import.meta.url));
  for (const file of readdirSync(folder).filter((name) => extname(name) in contentTypes)) {
    const bytes = readFileSync(join(folder, file));
    const path = file === "index.html" ? "/" : `/console/${file}`;
    instance.get(path, { config: { permission: "public" } }, (_request, reply) =>
      reply
        .header("content-security-policy", pagePolicy)
        .type(contentTypes[extname(file)] ?? "")
        .send(bytes),
    );
  }
  // Short links, as issues and pull requests carry them.
  for (const [short, page] of [
    ["/f/:id", "findings"],
    ["/p/:id", "proposals"],
  ] as const) {
    instance.get<{ Params: { id: string } }>(
      short,
      { config: { permission: "public" } },
      (request, reply) => reply.redirect(`/#/${page}/${encodeURIComponent(request.params.id)}`),
    );
  }
}
