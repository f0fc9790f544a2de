import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLogger } from "../../../core/log.ts";
import { createMetrics } from "../../../core/telemetry/metrics.ts";
import { startSelfTelemetry } from "../../../core/telemetry/self-telemetry.ts";

const logger = createLogger("silent");

describe("startSelfTelemetry", () => {
  it("is off without a place to send to", async () => {
    expect((await startSelfTelemetry({}, [], logger)).meter).toBeNull();
  });

  it.each(["http://127.0.0.1:4318", "http://localhost:4318"])(
    "never feeds itself: %s",
    async (url) => {
      const started = await startSelfTelemetry(
        { OTEL_EXPORTER_OTLP_ENDPOINT: url },
        [4318],
        logger,
      );

      expect(started.meter).toBeNull();
    },
  );

  it("exports what the parts report", async () => {
    const paths: string[] = [];
    const bodies: Buffer[] = [];
    const receiver = createServer((request, response) => {
      paths.push(request.url ?? "");
      request.on("data", (chunk: Buffer) => bodies.push(chunk));
      request.on("end", () => {
        response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
      });
    });
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const { port } = receiver.address() as AddressInfo;
    // The SDK reads the process's own environment.
    process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = `http://127.0.0.1:${port}`;

    const started = await startSelfTelemetry(process.env, [], logger);
    createMetrics(started.meter === null ? [] : [started.meter]).count(
      "telltale.analyzer.batches",
      3,
    );
    await started.stop();

    expect(paths).toContain("/v1/metrics");
    expect(Buffer.concat(bodies).includes("telltale.analyzer.batches")).toBe(true);
    delete process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];
    receiver.close();
  });
});
