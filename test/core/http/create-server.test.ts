import { connect } from "node:net";
import type { FastifyInstance } from "fastify";
import { Config } from "../../../core/config/config.ts";
import { createServer } from "../../../core/http/create-server.ts";
import { HttpError } from "../../../core/http/http-error.ts";
import { createLogger } from "../../../core/log.ts";

const logger = createLogger("silent");
const config = Config.parse({
  allowedHosts: ["tt.example"],
  allowedOrigins: ["https://console.example"],
});

function makeServer(): FastifyInstance {
  const server = createServer({ config, logger });
  server.get("/api/v1/things", { config: { permission: "read" } }, async () => ({ items: [] }));
  server.post("/api/v1/things", { config: { permission: "admin" } }, async () => ({ done: true }));
  server.get("/fails", { config: { permission: "public" } }, async () => {
    throw new Error("the secret is hunter2");
  });
  server.get("/busy", { config: { permission: "public" } }, async () => {
    throw new HttpError("unavailable", "come back", { headers: { "retry-after": "3" } });
  });
  return server;
}

describe("createServer", () => {
  let server: FastifyInstance;
  beforeAll(() => {
    server = makeServer();
  });
  afterAll(async () => server.close());

  it.each([
    { name: "an unknown host", headers: { host: "evil.example" }, status: 421 },
    { name: "a configured host", headers: { host: "tt.example" }, status: 200 },
    { name: "an IPv6 loopback host", headers: { host: "[::1]:7070" }, status: 200 },
    { name: "its own origin", headers: { origin: "http://localhost:80" }, status: 200 },
    { name: "a listed origin", headers: { origin: "https://console.example" }, status: 200 },
    { name: "a foreign origin", headers: { origin: "https://evil.example" }, status: 403 },
    { name: "an opaque origin", headers: { origin: "null" }, status: 403 },
  ])("answers $name with $status", async ({ headers, status }) => {
    const response = await server.inject({
      url: "/api/v1/things",
      headers: { host: "localhost:80", ...headers },
    });
    expect(response.statusCode).toBe(status);
    expect(response.headers["x-content-type-options"]).toBe("nosniff");
    expect(response.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  it.each([
    { name: "a form", type: "application/x-www-form-urlencoded", status: 415 },
    { name: "text", type: "text/plain", status: 415 },
    { name: "no type", type: undefined, status: 415 },
    { name: "JSON", type: "application/json; charset=utf-8", status: 200 },
  ])("answers a state-changing call that sends $name with $status", async ({ type, status }) => {
    const response = await server.inject({
      method: "POST",
      url: "/api/v1/things",
      headers: type === undefined ? {} : { "content-type": type },
      payload: "{}",
    });
    expect(response.statusCode).toBe(status);
  });

  it("refuses a form that another site's page posts", async () => {
    const response = await server.inject({
      method: "POST",
      url: "/api/v1/things",
      headers: { origin: "https://evil.example", "content-type": "text/plain" },
      payload: "{}",
    });
    expect(response.statusCode).toBe(403);
  });

  it("answers unknown paths with a problem document", async () => {
    const response = await server.inject({ url: "/nothing" });
    expect(response.statusCode).toBe(404);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    expect(response.json()).toEqual({
      type: "urn:telltale:problem:not_found",
      title: "There is nothing here",
      status: 404,
      detail: "no route for GET on this path",
    });
  });

  it("answers a body that does not parse with a problem document", async () => {
    const response = await server.inject({
      method: "POST",
      url: "/api/v1/things",
      headers: { "content-type": "application/json" },
      payload: '{"a":',
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ type: "urn:telltale:problem:invalid_request" });
  });

  it("gives nothing of an unexpected error away", async () => {
    const response = await server.inject({ url: "/fails" });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain("hunter2");
  });

  it("sends the headers of an error", async () => {
    const response = await server.inject({ url: "/busy" });
    expect(response.statusCode).toBe(503);
    expect(response.headers["retry-after"]).toBe("3");
  });

  it("answers the preflight of a listed origin only", async () => {
    const preflight = (origin: string) =>
      server.inject({
        method: "OPTIONS",
        url: "/api/v1/things",
        headers: { origin, "access-control-request-method": "POST" },
      });
    const listed = await preflight("https://console.example");
    expect(listed.statusCode).toBe(204);
    expect(listed.headers["access-control-allow-origin"]).toBe("https://console.example");
    expect((await preflight("https://evil.example")).statusCode).toBe(403);
  });

  it("answers bytes that are not HTTP with 400 and headers too large with 431", async () => {
    await server.listen({ host: "127.0.0.1", port: 0 });
    const { port } = server.server.address() as { port: number };
    expect(await sendRaw(port, "nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: ${"x".repeat(20_000)}\r\n\r\n`;
    expect(await sendRaw(port, large)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await sendRaw(port, "GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
    const twice = "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    expect(await sendRaw(port, twice)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}
