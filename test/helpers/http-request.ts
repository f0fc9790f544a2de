import { type IncomingHttpHeaders, request } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpQuestion {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
  /** Sent without `Content-Length`, piece by piece. */
  readonly chunks?: readonly Uint8Array[];
}

/** One HTTP request with exactly the given headers, `Host` included. */
export function ask(port: number, question: HttpQuestion): Promise<HttpAnswer> {
  const { method = "POST", path, headers = {}, body, chunks } = question;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, method, path, headers, agent: false },
      (answer) => {
        const received: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => received.push(chunk));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(received),
          }),
        );
      },
    );
    sent.on("error", reject);
    for (const chunk of chunks ?? []) {
      sent.write(chunk);
    }
    sent.end(body);
  });
}
