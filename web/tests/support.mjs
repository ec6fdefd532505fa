// A server over a ledger of its own, and a browser: shared by the tests. From the environment: SYSWRIGHT, the program;
// SYSWRIGHT_WEB_MODULES, a folder with node_modules; CHROMIUM, the browser; SYSWRIGHT_SHOTS, where pictures go, if any.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";

export const program = process.env.SYSWRIGHT;
const { chromium } = createRequire(join(process.env.SYSWRIGHT_WEB_MODULES, "package.json"))("playwright-core");

/// A folder with a ledger that holds one finished design run, and a timeline.
export function makeLedger() {
  const folder = mkdtempSync(join(tmpdir(), "syswright-web-"));
  const ledger = join(folder, "ledger.db");
  const timelines = join(folder, "timelines");
  mkdirSync(timelines);
  const run = (...words) =>
    execFileSync(program, [...words, "--ledger", ledger], { stdio: ["ignore", "ignore", "pipe"] });
  try {
    run(
      "design",
      "cache",
      "--size",
      "1%",
      "--budget",
      "250evals",
      "--seed",
      "1",
      "--report",
      "none",
      "--start",
      "exemplars",
    );
  } catch (failure) {
    // 1: a baseline is better, which is a result.
    if (failure.status !== 1) throw failure;
  }
  run(
    "run",
    "multi_region",
    "--policy",
    "skynomad",
    "--no-audit",
    "--no-bounds",
    "--timeline",
    join(timelines, "regions.json"),
  );
  return { folder, ledger, timelines, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function serve(ledger, ...more) {
  const server = spawn(program, ["serve", "--json", "--ledger", ledger, ...more], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const piece of server.stdout) {
    text += piece;
    if (text.includes("}")) break;
  }
  const { url, port, token } = JSON.parse(text);
  const stop = async () => {
    server.kill("SIGTERM");
    await once(server, "exit");
  };
  const ask = async (path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return response.json();
  };
  return { url, port, token, stop, ask };
}

export async function open() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return browser;
}

/// A page that fails the test on any error of its scripts, on anything that its policy blocks, and on any request that
/// leaves this machine.
export async function visit(browser, url, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:|blob:|data:)/.test(request.url())) problems.push(`asks ${request.url()}`);
  });
  page.setDefaultTimeout(15000);
  await page.goto(url);
  const shot = async (name) => {
    if (!process.env.SYSWRIGHT_SHOTS) return;
    mkdirSync(process.env.SYSWRIGHT_SHOTS, { recursive: true });
    await page.screenshot({ path: join(process.env.SYSWRIGHT_SHOTS, `${name}.png`), fullPage: true });
  };
  return { page, problems, shot, close: () => context.close() };
}
