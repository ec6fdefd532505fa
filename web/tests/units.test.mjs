// What the page computes by itself, and its types: no browser. Bundled by esbuild from the sources.
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = process.env.SYSWRIGHT_WEB_MODULES;
const web = dirname(dirname(fileURLToPath(import.meta.url)));
const esbuild = createRequire(join(modules, "package.json"))("esbuild");

async function load(name) {
  const result = await esbuild.build({
    entryPoints: [join(web, "src", name)],
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(result.outputFiles[0].text).toString("base64")}`);
}

test("the types fit", () => {
  const folder = mkdtempSync(join(tmpdir(), "syswright-types-"));
  try {
    cpSync(join(web, "src"), join(folder, "src"), { recursive: true });
    cpSync(join(web, "tsconfig.json"), join(folder, "tsconfig.json"));
    writeFileSync(join(folder, "src", "css.d.ts"), 'declare module "*.css";');
    symlinkSync(join(modules, "node_modules"), join(folder, "node_modules"));
    execFileSync("node", [join(modules, "node_modules/typescript/bin/tsc"), "-p", folder], { encoding: "utf8" });
  } catch (failure) {
    assert.fail(failure.stdout || failure.message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a front is what no other point beats in both directions", async () => {
  const { front } = await load("pareto.ts");
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 200; ++round) {
    // A grid, so that there are equal points and equal coordinates.
    const points = Array.from({ length: 1 + Math.floor(random() * 12) }, () => ({
      x: Math.floor(random() * 5),
      y: Math.floor(random() * 5),
    }));
    for (const [lowerX, lowerY] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ]) {
      const notWorse = (a, b) => (lowerX ? a.x <= b.x : a.x >= b.x) && (lowerY ? a.y <= b.y : a.y >= b.y);
      const beaten = (p) => points.some((q) => notWorse(q, p) && (q.x !== p.x || q.y !== p.y));
      const wanted = new Set(points.filter((p) => !beaten(p)).map((p) => `${p.x},${p.y}`));
      const found = front(points, lowerX, lowerY).map((p) => `${p.x},${p.y}`);
      assert.deepEqual(new Set(found), wanted);
      assert.equal(new Set(found).size, found.length, "of equal points one");
    }
  }
  assert.deepEqual(
    front(
      [
        { x: NaN, y: 1 },
        { x: 1, y: 2 },
      ],
      true,
      true,
    ),
    [{ x: 1, y: 2 }],
  );
});

test("a difference keeps every line of both sides, in order, and matches as many as can be", async () => {
  const { sideBySide } = await load("diff.ts");
  const same = (a, b) => sideBySide(a, b).filter((row) => row.same).length;
  for (const [a, b] of [
    ["a\nb\nc\n", "a\nx\nc\n"],
    ["", "a\n"],
    ["a\n", ""],
    ["a\nb\nc\nd", "b\nd\ne"],
    ["x\nx\nx", "x\nx"],
  ]) {
    const rows = sideBySide(a, b);
    const left = rows.map((row) => row.left).filter((line) => line !== null);
    const right = rows.map((row) => row.right).filter((line) => line !== null);
    assert.deepEqual(left, a.replace(/\n$/, "").split("\n"));
    assert.deepEqual(right, b.replace(/\n$/, "").split("\n"));
    for (const row of rows) assert.equal(row.same, row.left !== null && row.left === row.right);
  }
  assert.equal(same("a\nb\nc\nd", "b\nd\ne"), 2);
  assert.equal(same("a\nb\nc", "c\na\nb"), 2);
});

test("numbers read as people write them", async () => {
  const { quantity, duration, percent, digits } = await load("format.ts");
  assert.equal(quantity(0.42137, "number"), "0.4214");
  assert.equal(quantity(1536, "bytes"), "1.5 KiB");
  assert.equal(quantity(0.0021, "time"), "2.1 ms");
  assert.equal(quantity(7200, "time"), "2 h");
  assert.equal(quantity(-0.97, "money"), "-$0.97");
  assert.equal(quantity(null), "–");
  assert.equal(quantity(0, "bytes"), "0");
  assert.equal(digits(1234567), "1,234,567");
  assert.equal(duration(65), "1 min 05 s");
  assert.equal(duration(3725), "1 h 02 min");
  assert.equal(percent(-0.01234), "−1.23 %");
});

test("a timeline is read as rows, with spans that lie within each other below them", async () => {
  const { readTrace } = await load("trace.ts");
  const trace = readTrace(
    JSON.stringify({
      traceEvents: [
        { ph: "M", pid: 1, tid: 0, name: "process_name", args: { name: "job" } },
        { ph: "M", pid: 1, tid: 2, name: "thread_name", args: { name: "region" } },
        { ph: "X", pid: 1, tid: 2, ts: 5, dur: 2, name: "inner" },
        { ph: "X", pid: 1, tid: 2, ts: 0, dur: 10, name: "outer" },
        { ph: "X", pid: 1, tid: 2, ts: 10, dur: 1, name: "next" },
        { ph: "i", pid: 1, tid: 2, ts: 12, name: "mark" },
        { ph: "C", pid: 1, tid: 1, ts: 3, name: "queue", args: { value: 4 } },
      ],
    }),
  );
  assert.equal(trace.spans, 4);
  assert.deepEqual([trace.start, trace.end], [0, 12]);
  assert.deepEqual(
    trace.rows.map((row) => [row.group, row.name, row.depth]),
    [
      ["job", "queue", 1],
      ["job", "region", 2],
    ],
  );
  assert.deepEqual(
    trace.rows[1].spans.map((span) => [span.name, span.depth]),
    [
      ["outer", 0],
      ["inner", 1],
      ["next", 0],
      ["mark", 0],
    ],
  );
  assert.throws(() => readTrace("{}"), /not a timeline/);
  assert.throws(() => readTrace("nonsense"));
  assert.deepEqual(readTrace('{"traceEvents":[]}').rows, []);
});
