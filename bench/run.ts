import { benches } from "./registry.ts";

const [name = "", ...args] = process.argv.slice(2);
const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (load === undefined) {
  process.stderr.write(`expected one of ${Object.keys(benches).join(", ")}, got "${name}"\n`);
  process.exitCode = 2;
} else {
  const bench = await load();
  await bench(args);
}
