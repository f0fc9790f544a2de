import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const module = new URL("../../cli/exit-despite-handles.ts", import.meta.url).href;
const node = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));

it.each([0, 1])("ends with exit code %d though a port is still open", async (code) => {
  const script = `
    import { createServer } from "node:net";
    import { exitDespiteHandles } from ${JSON.stringify(module)};
    createServer().listen(0, "127.0.0.1", () => exitDespiteHandles());
    process.exitCode = ${code};`;
  const child = spawn(node, ["--input-type=module", "-e", script], { stdio: "ignore" });
  expect(await once(child, "exit")).toEqual([code, null]);
});
