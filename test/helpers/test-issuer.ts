import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

/** An OpenID Connect issuer over real HTTP, with keys of its own. */
export interface TestIssuer {
  readonly url: string;
  /** How often its keys were asked for. */
  keyRequests(): number;
  /** Makes a new signing key; the ones before are no longer published. */
  rotate(): Promise<void>;
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>;
  /** Stops answering, and answers again on the same port. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface SignOptions {
  readonly kid?: string;
  readonly alg?: string;
  /** Signs with another key than the published one. */
  readonly key?: CryptoKey;
}

interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export interface TestIssuerOptions {
  readonly alg?: string;
  /** What the discovery document says instead of the truth. */
  readonly discovery?: Record<string, unknown>;
}

export async function startTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { alg = "ES256", discovery = {} } = options;
  let number = 0;
  let key = await makeKey();
  let requests = 0;

  async function makeKey(): Promise<SigningKey> {
    number += 1;
    return { kid: `key-${number}`, alg, ...(await generateKeyPair(alg, { extractable: true })) };
  }

  async function answer(path: string): Promise<object | null> {
    if (path === "/.well-known/openid-configuration") {
      return { issuer: url, jwks_uri: `${url}/keys`, ...discovery };
    }
    if (path === "/keys") {
      requests += 1;
      const jwk = await exportJWK(key.publicKey);
      return { keys: [{ ...jwk, kid: key.kid, alg: key.alg, use: "sig" }] };
    }
    return null;
  }

  async function respond(path: string, response: ServerResponse): Promise<void> {
    const body = await answer(path);
    response.writeHead(body === null ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  }

  let server = makeServer();
  let port = await listen(server, 0);
  const url = `http://127.0.0.1:${port}`;

  function makeServer(): Server {
    return createServer((request, response) => {
      void respond(request.url ?? "", response);
    });
  }

  async function down(): Promise<void> {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }

  return {
    url,
    keyRequests: () => requests,
    async rotate() {
      key = await makeKey();
    },
    sign: (claims, { kid = key.kid, alg: header = key.alg, key: other = key.privateKey } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: header, kid }).sign(other),
    down,
    async up() {
      server = makeServer();
      port = await listen(server, port);
    },
    close: down,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((done) => {
    server.listen(port, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}
