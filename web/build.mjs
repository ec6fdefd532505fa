// node build.mjs FOLDER OUTPUT: bundles src/ with the packages below FOLDER and writes OUTPUT, a C++ source with every file
// of the page. No file may be missing and nothing may point to another machine: the page works offline.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [folder, output] = process.argv.slice(2);
const source = join(dirname(fileURLToPath(import.meta.url)), "src");
const esbuild = createRequire(resolve(folder, "package.json"))("esbuild");
const most_bytes = 150_000;

const result = await esbuild.build({
  entryPoints: { app: join(source, "app.tsx") },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  jsx: "automatic",
  jsxImportSource: "preact",
  nodePaths: [resolve(folder, "node_modules")],
  legalComments: "none",
  loader: { ".svg": "text" },
  outdir: "/",
  write: false,
  logLevel: "error",
});

const files = result.outputFiles.map((file) => ({
  path: "/" + file.path.split("/").pop(),
  type: file.path.endsWith(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
  text: file.text,
}));
files.push({
  path: "/index.html",
  type: "text/html; charset=utf-8",
  text: readFileSync(join(source, "index.html"), "utf8"),
});
files.push({ path: "/icon.svg", type: "image/svg+xml", text: readFileSync(join(source, "icon.svg"), "utf8") });

const bytes = files.reduce((sum, file) => sum + Buffer.byteLength(file.text), 0);
if (bytes > most_bytes) throw new Error(`the page has ${bytes} bytes: ${most_bytes} at most`);

const quote = (text) => {
  const pieces = [];
  // Compilers refuse very long literals, and join neighbours.
  for (let at = 0; at < text.length; at += 8000) pieces.push(`R"~~~~(${text.slice(at, at + 8000)})~~~~"`);
  return pieces.join("\n") || '""';
};
const items = files.map((file) => {
  if (file.text.includes(")~~~~")) throw new Error(`${file.path} holds the end of a literal`);
  return `    {${JSON.stringify(file.path)}, ${JSON.stringify(file.type)}, std::string_view(${quote(file.text)})},\n`;
});
writeFileSync(
  output,
  `#include "app/serve/assets.h"

namespace syswright::app::serve {
namespace {

// ${files.map((file) => `${file.path} ${Buffer.byteLength(file.text)}`).join(", ")}: ${bytes} bytes
constexpr Asset all[] = {
${items.join("")}};

}  // namespace

std::span<const Asset> assets() { return all; }
std::string_view why_no_assets() { return ""; }

}  // namespace syswright::app::serve
`,
);
