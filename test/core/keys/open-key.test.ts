import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenKeyOptions, openKey, QueueKeyError } from "../../../core/keys/open-key.ts";

let home = "";
let dataDir = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "telltale-key-"));
  dataDir = join(home, "data");
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function open(overrides: Partial<OpenKeyOptions> = {}) {
  const env = { XDG_CONFIG_HOME: join(home, "config") };
  return openKey({ dataDir, keyFile: "", env, queueIsEmpty: true, ...overrides });
}

function refusal(overrides: Partial<OpenKeyOptions>): QueueKeyError {
  try {
    open(overrides);
  } catch (error) {
    if (error instanceof QueueKeyError) {
      return error;
    }
    throw error;
  }
  throw new Error("expected a refusal, got a key");
}

describe("the first start", () => {
  it("makes a key of mode 0600 in the config folder and keeps its id in the data folder", () => {
    const key = open();
    const path = join(home, "config/telltale/keys", key.id);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(key.bytes).toHaveLength(32);
    expect(readdirSync(dataDir)).toEqual(["queue-key.json"]);
    const record = readFileSync(join(dataDir, "queue-key.json"), "utf8");
    expect(record).toContain(key.id);
    expect(record).not.toContain(key.bytes.toString("hex"));
  });

  it("gives another key for another data folder", () => {
    const key = open();
    const other = open({ dataDir: join(home, "other") });
    expect(other.id).not.toBe(key.id);
    expect(other.bytes.equals(key.bytes)).toBe(false);
  });

  it("names what to set when the config folder cannot be written", () => {
    writeFileSync(join(home, "config"), "a file where a folder should be");
    expect(refusal({})).toMatchObject({
      code: "KEY_UNWRITABLE",
      message: expect.stringMatching(/could not be written .*set keyFile or TELLTALE_KEY_FILE/),
    });
  });
});

it("does not ask for ever where no folders can be made", () => {
  const { code } = refusal({ env: { XDG_CONFIG_HOME: "/proc/telltale/config" } });
  expect(code).toBe("KEY_UNWRITABLE");
});

describe("a later start", () => {
  it("opens the same key", () => {
    expect(open({ queueIsEmpty: false, ...openedOnce() })).toEqual(open());
  });

  it("is refused without the key while the queue holds something, and makes no other", () => {
    const { id } = open();
    const path = join(home, "config/telltale/keys", id);
    rmSync(path);
    const { code, message } = refusal({ queueIsEmpty: false });
    expect(code).toBe("KEY_MISSING");
    expect(message).toContain(path);
    expect(message).toMatch(/keyFile or TELLTALE_KEY_FILE/);
    expect(existsSync(path)).toBe(false);
  });

  it("makes a new key when the old one is gone and nothing needs it", () => {
    const first = open();
    rmSync(join(home, "config/telltale/keys", first.id));
    const second = open();
    expect(second.id).toBe(first.id);
    expect(second.fingerprint).not.toBe(first.fingerprint);
    expect(open({ queueIsEmpty: false })).toEqual(second);
  });

  it("is refused with a key that is not the queue's", () => {
    open();
    const keyFile = join(home, "other-key");
    writeFileSync(keyFile, "ab".repeat(32), { mode: 0o600 });
    expect(refusal({ keyFile, queueIsEmpty: false })).toMatchObject({
      code: "KEY_WRONG",
      message: expect.stringContaining(keyFile),
    });
  });

  it("is refused when the record of the key does not parse", () => {
    open();
    writeFileSync(join(dataDir, "queue-key.json"), "{}");
    expect(refusal({}).code).toBe("KEY_MALFORMED");
  });

  function openedOnce(): Partial<OpenKeyOptions> {
    open();
    return {};
  }
});

describe("a named key file", () => {
  it.each([
    { name: "keyFile", options: (path: string) => ({ keyFile: path, env: {} }) },
    {
      name: "TELLTALE_KEY_FILE",
      options: (path: string) => ({ env: { TELLTALE_KEY_FILE: path } }),
    },
  ])("is made or read through $name", ({ options }) => {
    const path = join(home, "keys/mine");
    const key = open(options(path));
    expect(readFileSync(path, "utf8").trim()).toBe(key.bytes.toString("hex"));
    expect(open({ ...options(path), queueIsEmpty: false })).toEqual(key);
  });

  it.each([0o644, 0o640, 0o602, 0o660])("of mode %o is refused", (mode) => {
    const keyFile = join(home, "loose");
    writeFileSync(keyFile, "ab".repeat(32));
    chmodSync(keyFile, mode);
    expect(refusal({ keyFile })).toMatchObject({
      code: "KEY_PERMISSIONS",
      message: expect.stringMatching(/expected 0600.*chmod 600/),
    });
  });

  it.each(["", "ab".repeat(31), "zz".repeat(32), "ab".repeat(33)])(
    "holding %j is refused",
    (text) => {
      const keyFile = join(home, "malformed");
      writeFileSync(keyFile, text, { mode: 0o600 });
      expect(refusal({ keyFile })).toMatchObject({
        code: "KEY_MALFORMED",
        message: expect.stringContaining("64 hex digits"),
      });
    },
  );

  it("that is a folder is refused in words", () => {
    const keyFile = join(home, "folder");
    mkdirSync(keyFile, { mode: 0o700 });
    expect(refusal({ keyFile }).code).toBe("KEY_UNREADABLE");
  });
});
