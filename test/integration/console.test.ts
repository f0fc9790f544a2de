import { equal } from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { startTelltaleProcess, type TelltaleProcess } from "../../bench/service-process.ts";
import { encodeTraceRequest } from "../../core/otlp/encode.ts";
import { plainSpan } from "../helpers/plain-span.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const hasChromium = existsSync(executablePath);
if (!hasChromium) {
  process.stderr.write(`\nSKIPPED: no Chromium at ${executablePath}; the console is not tested.\n`);
}

/** Everything that a page could do by itself when text is taken for markup. */
const hostile = [
  `<img src="http://127.0.0.1:1/steal" onerror="globalThis.hacked = true">`,
  "</script><script>globalThis.hacked = true</script>",
  `"><svg onload=globalThis.hacked=true>`,
  "javascript:globalThis.hacked=true",
  "\u202Etxt.exe\u202C \u200Bzero\u200Dwidth\uFEFF",
].join(" ");
const token = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
const service = "shop<b>x</b>";
const environment = "production<i>";

const dir = mkdtempSync(join(tmpdir(), "telltale-console-"));
let telltale: TelltaleProcess;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];
const foreignRequests: string[] = [];

function hostileSpans() {
  const resource = {
    attributes: new Map([
      ["service.name", service],
      ["deployment.environment.name", environment],
    ]),
    schemaUrl: "",
  };
  const message = `${hostile} ${"long".repeat(500)} my key is ${token} ${hostile}`;
  return Array.from({ length: 6 }, (_, number) =>
    plainSpan(number, {
      resource,
      name: `chat ${hostile}`,
      kind: 3,
      attributes: new Map([
        ["gen_ai.operation.name", "chat"],
        ["gen_ai.provider.name", "openai"],
        ["gen_ai.request.model", `gpt ${hostile}`],
        ["gen_ai.agent.name", `agent ${hostile}`],
        ["gen_ai.conversation.id", `conversation-${number}`],
        [
          "gen_ai.output.messages",
          JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: message }] }]),
        ],
      ]),
    }),
  );
}

async function post(
  path: string,
  contentType: string,
  body: Uint8Array | string,
): Promise<unknown> {
  const response = await fetch(`${telltale.otlpHttp}${path}`, {
    method: "POST",
    headers: { "content-type": contentType },
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
  expect(response.ok).toBe(true);
  return response.json().catch(() => null);
}

async function items(path: string): Promise<{ id: string }[]> {
  const response = await fetch(`${telltale.api}${path}`);
  return ((await response.json()) as { items: { id: string }[] }).items;
}

async function open(hash: string): Promise<void> {
  await page.goto(`${telltale.api}/${hash}`);
  await page.reload();
  await page.waitForSelector("h1");
}

(hasChromium ? describe : describe.skip)("the console in a real browser", () => {
  beforeAll(async () => {
    telltale = await startTelltaleProcess(join(dir, "data"));
    const now = Date.now();
    const change = (kind: string, id: string, minutes: number) => ({
      kind,
      id,
      revision: "c".repeat(40),
      time: new Date(now - minutes * 60_000).toISOString(),
      service,
      environment,
      message: hostile,
      prompt: `Write ${hostile}`,
      author: hostile,
      files: [`src/${hostile}`],
      pullRequest: "17",
      session: { agent: `agent ${hostile}`.slice(0, 200), id: "session-1", model: "m" },
    });
    const changes = [change("commit", "", 90), change("deployment", "dep-1", 30)];
    const answer = await post("/v1/changes", "application/json", JSON.stringify(changes));
    equal(JSON.stringify(answer), `{"accepted":2,"rejected":[]}`);
    await post("/v1/traces", "application/x-protobuf", encodeTraceRequest(hostileSpans()));
    browser = await chromium.launch({
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    await waitUntil("a finding", async () => (await items("/api/v1/findings")).length > 0);
    await waitUntil("a proposal", async () => (await items("/api/v1/proposals")).length > 0);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        complaints.push(message.text());
      }
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`));
    page.on("request", (request) => {
      if (!request.url().startsWith(telltale.api)) {
        foreignRequests.push(request.url());
      }
    });
  });

  afterAll(async () => {
    await browser?.close();
    await telltale?.stop();
    rmSync(dir, { recursive: true, force: true });
    rmSync(`${join(dir, "data")}.key`, { force: true });
  });

  afterEach(async () => {
    equal(await page.evaluate("globalThis.hacked"), undefined);
    equal(foreignRequests.join("\n"), "");
    equal(complaints.splice(0).join("\n"), "");
  });

  it("shows the loop and the open findings", async () => {
    await open("#/");
    expect(await page.textContent("h1")).toBe("The loop");
    const received = page.locator(".steps li", { hasText: "Received" });
    expect(await received.textContent()).toContain("8");
    expect(await page.locator("table a").count()).toBeGreaterThan(0);
  });

  it("shows recorded text as text, with hidden characters visible and secrets masked", async () => {
    const [finding] = await items("/api/v1/findings?type=secret_leak");
    await open(`#/findings/${finding?.id}`);
    const text = (await page.textContent("main")) ?? "";
    expect(text).toContain("</script><script>globalThis.hacked = true</script>");
    expect(text).toContain("\\u{202e}txt.exe");
    expect(text).toContain("\\u{200b}zero\\u{200d}width\\u{feff}");
    expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u200B-\u200D\uFEFF]/);
    expect(text).toContain("ghp_****");
    expect(text).not.toContain(token);
    expect(await page.locator("main img, main svg, main script, main iframe").count()).toBe(0);
    expect(await page.locator(`main a[href^="javascript"]`).count()).toBe(0);
  });

  it("leads from the finding to the prompt, in order", async () => {
    const [finding] = await items("/api/v1/findings?type=secret_leak");
    await open(`#/findings/${finding?.id}`);
    const kinds = await page.locator(".chain .kind").allTextContents();
    expect(kinds[0]).toBe("finding");
    const order = ["finding", "deployment", "commit", "pull request", "session", "prompt"];
    expect(kinds).toEqual(order.filter((kind) => kinds.includes(kind)));
    expect(kinds).toContain("prompt");
  });

  it.each(["#/", "#/findings", "#/proposals", "#/changes", "#/changes/dep-1"])(
    "has no markup from outside and fits a phone at %s",
    async (hash) => {
      await page.setViewportSize({ width: 390, height: 800 });
      await open(hash);
      const isWider = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth",
      );
      await page.setViewportSize({ width: 1280, height: 900 });
      expect(isWider).toBe(false);
      expect(await page.locator("main img, main svg, main script, main b").count()).toBe(0);
    },
  );

  it("keeps filters in the address", async () => {
    await open("#/findings");
    await page.selectOption("select[name=status]", "resolved");
    await page.waitForURL(/#\/findings\?status=resolved$/);
    await page.waitForSelector(".empty");
    expect(await page.textContent("main")).toContain("Nothing matches.");
    await page.goBack();
    await page.waitForSelector("table");
  });

  it("is usable with the keyboard alone", async () => {
    await open("#/");
    await page.keyboard.press("g");
    await page.keyboard.press("f");
    await page.waitForURL(/#\/findings$/);
    // The page before has a table too; focus moves once the new one stands.
    await page.waitForSelector("#main:focus");
    await page.waitForSelector("table");
    await page.keyboard.press("j");
    const first = await page.evaluate("document.activeElement.getAttribute('href')");
    expect(first).toBe(await page.locator("[data-row]").first().getAttribute("href"));
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/findings\/./);
    await page.waitForSelector(".chain, .empty");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.keyboard.press("?");
    expect(await page.locator("dialog").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.locator("dialog").isVisible()).toBe(false);
  });

  it("sets the status of a finding with a reason", async () => {
    const [finding] = await items("/api/v1/findings?status=open");
    await open(`#/findings/${finding?.id}`);
    await page.getByRole("button", { name: "Set status" }).click();
    expect(await page.locator("input[name=reason]:invalid").count()).toBe(1);
    await page.selectOption("select[name=status]", "muted");
    await page.fill("input[name=until]", "2099-01-01T00:00");
    await page.fill("input[name=reason]", `noise ${hostile}`);
    await page.getByRole("button", { name: "Set status" }).click();
    await page.waitForSelector("main .tag:text-is('muted')");
    const muted = await items("/api/v1/findings?status=muted");
    expect(muted.map(({ id }) => id)).toEqual([finding?.id]);
  });

  it("shows a proposal's diff with signs and colors, and takes a decision", async () => {
    const [proposal] = await items("/api/v1/proposals?state=drafted");
    await open(`#/proposals/${proposal?.id}`);
    const added = page.locator(".diff .add").first();
    expect(await added.textContent()).toMatch(/^\+/);
    const ground = "getComputedStyle(element).backgroundColor";
    expect(await added.evaluate(`(element) => ${ground}`)).not.toBe("rgba(0, 0, 0, 0)");
    expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
    await page.fill("input[name=reason]", "not for us");
    await page.getByRole("button", { name: "Reject" }).click();
    await page.waitForSelector("main .tag:text-is('rejected')");
    expect((await items("/api/v1/proposals?state=rejected")).map(({ id }) => id)).toEqual([
      proposal?.id,
    ]);
  });

  it("follows short links, as issues carry them", async () => {
    const [finding] = await items("/api/v1/findings");
    await page.goto(`${telltale.api}/f/${finding?.id}`);
    await page.waitForSelector(".chain, .empty");
    expect(page.url()).toBe(`${telltale.api}/#/findings/${finding?.id}`);
  });

  it.each(["light", "dark"] as const)("has readable contrast in %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const [finding] = await items("/api/v1/findings");
    const [proposal] = await items("/api/v1/proposals");
    const poor: string[] = [];
    for (const hash of ["#/", `#/findings/${finding?.id}`, `#/proposals/${proposal?.id}`]) {
      await open(hash);
      poor.push(...(await page.evaluate<string[]>(poorContrasts)));
    }
    expect(poor).toEqual([]);
  });
});

/** Texts below the 4.5 to 1 of WCAG AA, computed in the page from what is really painted. */
const poorContrasts = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function rgba(color) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }
  function luminance(color) {
    const [r, g, b] = color.map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  function ground(element) {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  }
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!own || !element.checkVisibility() || element.matches("option, .skip")) continue;
    const pair = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) poor.push(element.tagName + "." + element.className + " " + ratio.toFixed(2));
  }
  return poor;
})()`;
