// The page in a real browser, over a real ledger: node --test page.test.mjs (see support.mjs for the environment).
import { after, afterEach, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { makeLedger, open, program, serve, visit } from "./support.mjs";

let ledger, server, browser;
before(async () => {
  ledger = makeLedger();
  server = await serve(ledger.ledger, "--timelines", ledger.timelines);
  browser = await open();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  ledger?.remove();
});

/// Searches of the test that runs: ended with it, so that none is in the way of the next.
const searches = new Set();
function search(...words) {
  const child = spawn(
    program,
    ["design", "cache", "--size", "1%", "--report", "none", "--ledger", ledger.ledger, ...words],
    {
      stdio: "ignore",
    },
  );
  const ended = once(child, "exit").then(() => searches.delete(child));
  searches.add(child);
  return { child, ended };
}
afterEach(() => {
  for (const child of searches) child.kill("SIGKILL");
});

/// A page at a place, with nothing to complain of at its end.
async function at(place, look, options = {}) {
  const { page, problems, shot, close } = await visit(browser, server.url, options);
  try {
    await page.getByRole("heading", { level: 1, name: "Runs" }).waitFor();
    if (place) await page.goto(`http://127.0.0.1:${server.port}/#/${place}`);
    await look(page, shot);
    assert.deepEqual(problems, []);
  } finally {
    await close();
  }
}

test("the page loads, takes the token out of the address, and lists runs", () =>
  at("", async (page, shot) => {
    await page.getByRole("link", { name: "design cache" }).waitFor();
    assert.ok(!page.url().includes("token"), page.url());
    assert.match(await page.locator("main").innerText(), /evolve, 250evals/);
    assert.equal(await page.title(), "Runs – Syswright");
    await shot("runs");
    await page.reload();
    await page.getByRole("link", { name: "design cache" }).waitFor();
  }));

test("without the token there is nothing to see", async () => {
  const { page, close } = await visit(browser, `http://127.0.0.1:${server.port}/`);
  await page.getByText("needs the address that").waitFor();
  await close();
});

test("a run shows its verdict, its curve, its lineage, its program and the held-out part", () =>
  at("runs/1", async (page, shot) => {
    await page.locator(".verdict .headline").waitFor();
    await page.locator(".chart canvas").waitFor();
    assert.ok((await page.locator("svg .dot").count()) > 2, "candidates in the lineage");
    assert.ok((await page.locator("svg .edge").count()) > 0, "lines from parents");
    assert.match(await page.locator("pre.source").first().innerText(), /policy \w+ for cache/);
    await page.getByRole("cell", { name: "belady" }).first().waitFor();
    await shot("run");
    await page.getByRole("button", { name: "size" }).click();
    await page.locator("path.stairs").waitFor();
  }));

test("a search in another process shows up, moves, and ends in the page", () =>
  at("runs", async (page, shot) => {
    const { ended } = search("--budget", "6s", "--seed", "5");
    const live = page.locator(".live-run");
    await live.waitFor();
    await live.getByText(/\d+ evaluations in/).waitFor();
    const told = async () => Number(/([\d,]+) evaluations in/.exec(await live.innerText())[1].replaceAll(",", ""));
    const before = await told();
    for (let i = 0; i < 60 && (await told()) <= before; ++i) await page.waitForTimeout(100);
    assert.ok((await told()) > before, "the number of evaluations grew without a reload");
    await shot("live");
    await page.locator(".live-run a").click();
    await page.getByRole("progressbar").waitFor();
    await page.getByLabel("Program of the best policy").waitFor();
    await page.locator(".scatter .dot").nth(1).waitFor();
    await shot("live-run");
    await ended;
    await page.locator(".verdict .headline").waitFor();
    assert.equal(await page.locator(".chip.running").count(), 0);
  }));

test("a search is started from the form and stopped", () =>
  at("new", async (page, shot) => {
    await page.getByLabel("size", { exact: false }).first().waitFor();
    await shot("new");
    await page.locator("#budget").fill("soon");
    await page.locator("#start").click();
    assert.match(await page.getByRole("alert").innerText(), /soon/);
    await page.locator("#budget").fill("600s");
    await page.locator("#start").click();
    await page.locator(".live-run", { hasText: "600s" }).locator("a").click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.locator(".verdict .headline").waitFor();
    const { jobs } = await server.ask("jobs");
    assert.equal(jobs[0].running || jobs[0].stopped, true);
    await page.goto(`http://127.0.0.1:${server.port}/#/jobs`);
    await page.getByText("job 1").waitFor();
    await shot("jobs");
  }));

test("a search that was killed goes on where it was", () =>
  at("runs", async (page) => {
    const { child, ended } = search("--budget", "6s", "--seed", "9");
    await page.locator(".live-run").waitFor();
    child.kill("SIGKILL");
    await ended;
    const { runs } = await server.ask("runs");
    assert.equal(runs[0].status, "stopped");
    await page.goto(`http://127.0.0.1:${server.port}/#/runs/${runs[0].id}`);
    await page.getByText("Cut off").waitFor();
    await page.locator("#resume").click();
    await page.locator(".verdict .headline").waitFor();
  }));

test("everything can be reached from the keyboard", () =>
  at("", async (page, shot) => {
    await page.getByRole("link", { name: "design cache" }).first().waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await shot("help");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "design cache" }).waitFor();
    for (const [letter, name] of [
      ["p", "Policies"],
      ["c", "Compare"],
      ["f", "Fronts"],
      ["m", "Curves"],
      ["t", "Timelines"],
      ["j", "Jobs"],
      ["r", "Runs"],
    ]) {
      await page.keyboard.press("g");
      await page.keyboard.press(letter);
      await page.getByRole("heading", { level: 1, name }).waitFor();
    }
    await page.locator("#search").waitFor();
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "search");
    await page.keyboard.type("no such run");
    assert.equal(await page.locator("tbody tr").count(), 0);
    // The focus can be seen: an outline of two pixels or more.
    await page.keyboard.press("Tab");
    const width = await page.evaluate(() => parseFloat(getComputedStyle(document.activeElement).outlineWidth));
    assert.ok(width >= 2, `outline of ${width} px`);
  }));

test("two policies stand side by side", () =>
  at("compare?domain=cache", async (page, shot) => {
    await page.getByLabel("First").fill("lru");
    await page.getByRole("option", { name: /^lru / }).first().waitFor();
    await page.getByRole("option", { name: /^lru / }).first().click();
    await page.getByLabel("Second").fill("sieve");
    await page
      .getByRole("option", { name: /^sieve / })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".headline").waitFor();
    assert.match(await page.locator(".headline").innerText(), /lru .*sieve/);
    assert.equal(await page.locator(".forest tbody tr").count(), 1, "they met on the held-out part");
    const { policies } = await server.ask("policies?domain=cache&text=");
    const { proposals } = await server.ask("runs/1");
    assert.ok(policies.length > 5 && proposals.length > 1);
    const [a, b] = [proposals[0].policy, proposals.at(-1).policy];
    await page.goto(`http://127.0.0.1:${server.port}/#/compare?domain=cache&a=${a}&b=${b}`);
    await page.locator("table.difference").waitFor();
    assert.ok((await page.locator("table.difference .add").count()) > 0);
    await shot("compare");
  }));

test("a scenario has a front, and its points lead to policies", () =>
  at("front?domain=cache", async (page, shot) => {
    await page.locator("path.stairs").waitFor();
    assert.ok((await page.locator(".scatter .dot").count()) > 5);
    await shot("front");
    await page.locator(".scatter svg").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What it did" }).waitFor();
    await shot("policy");
  }));

test("miss-ratio curves are drawn", () =>
  at("curves", async (page, shot) => {
    await page.locator("#draw").click();
    await page.locator(".chart canvas").waitFor({ timeout: 30000 });
    const summary = await page.locator(".chart").getAttribute("aria-label");
    assert.match(summary, /^4 curves over 16 sizes/);
    await shot("curves");
  }));

test("a timeline is drawn, moved and read", () =>
  at("timelines", async (page, shot) => {
    await page.getByRole("link", { name: "regions.json" }).click();
    await page.locator(".timeline canvas").focus();
    await page.waitForTimeout(300);
    const picture = () => page.locator(".timeline canvas").evaluate((canvas) => canvas.toDataURL());
    const whole = await picture();
    assert.ok(whole.length > 5000, "something is drawn");
    await page.keyboard.press(".");
    assert.match(await page.locator("#span").innerText(), / from .* for /);
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await page.waitForTimeout(200);
    await shot("timeline");
    assert.notEqual(await picture(), whole);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the file" }).click();
    assert.equal((await download).suggestedFilename(), "regions.json");
  }));

/// Relative luminance and contrast as WCAG 2.2 defines them.
const contrast = () => {
  const part = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!text || element.closest("svg, canvas, [disabled], .unseen, .skip") || element.getClientRects().length === 0)
      continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(style.color), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5))
      bad.push(`${element.tagName}.${element.className} "${element.textContent.slice(0, 30)}" ${ratio.toFixed(2)}`);
  }
  return bad;
};

for (const scheme of ["light", "dark"]) {
  test(`${scheme}: follows the system, every text can be read, every field has a name`, () =>
    at(
      "runs/1",
      async (page, shot) => {
        await page.locator(".verdict .headline").waitFor();
        const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(dark === "rgb(18, 22, 27)", scheme === "dark");
        for (const place of ["runs/1", "runs", "policies", "compare", "front", "curves", "timelines", "jobs", "new"]) {
          await page.goto(`http://127.0.0.1:${server.port}/#/${place}`);
          await page.locator("h1").waitFor();
          await page.waitForTimeout(120);
          assert.deepEqual(await page.evaluate(contrast), [], place);
          const nameless = await page.evaluate(() =>
            [...document.querySelectorAll("input, select, button, a, svg[tabindex], canvas[tabindex]")]
              .filter(
                (element) =>
                  !(element.labels?.length || element.getAttribute("aria-label") || element.textContent.trim()),
              )
              .map((element) => element.outerHTML.slice(0, 80)),
          );
          assert.deepEqual(nameless, [], place);
          for (const landmark of ["banner", "navigation", "main"])
            assert.equal(await page.getByRole(landmark).count(), 1, landmark);
        }
        await page.goto(`http://127.0.0.1:${server.port}/#/runs/1`);
        await page.locator(".verdict .headline").waitFor();
        await page.locator(".chart canvas").waitFor();
        await shot(`run-${scheme}`);
        // The switch goes through dark and light, and is remembered.
        const theme = (name) =>
          page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, name);
        await page.keyboard.press("d");
        await theme("dark");
        await page.keyboard.press("d");
        await theme("light");
        await page.reload();
        await page.locator(".verdict .headline").waitFor();
        await theme("light");
        assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(244, 245, 247)");
      },
      { colorScheme: scheme },
    ));
}

test("a narrow window has no line that runs out of it", () =>
  at(
    "runs/1",
    async (page, shot) => {
      await page.locator(".verdict .headline").waitFor();
      const wide = () =>
        [...document.querySelectorAll("body *")]
          .filter(
            (element) =>
              element.getBoundingClientRect().right > innerWidth + 1 &&
              !element.closest(".scroll, pre, svg, .chart, .skip"),
          )
          .map((element) => `${element.tagName}.${element.className}`);
      assert.deepEqual(await page.evaluate(wide), []);
      await shot("narrow");
    },
    { viewport: { width: 420, height: 800 } },
  ));

test("it says so when the server is gone", async () => {
  const other = await serve(ledger.ledger);
  const { page, close } = await visit(browser, other.url);
  await page.getByText("live", { exact: true }).waitFor();
  await other.stop();
  await page.getByText("the server does not answer", { exact: true }).waitFor();
  await close();
});
