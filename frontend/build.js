// Build the editor into static/js/dist/: one module, its licences, and the hash of what it was built from.
//   npm ci && npm run build        (two builds of the same sources are the same bytes)
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const out = join(root, "static", "js", "dist");
mkdirSync(out, { recursive: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/room.js"],
  outfile: join(out, "room.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  // Styles go into a constructed sheet: the policy of the pages admits no style element (src/style-mod.js).
  alias: { "style-mod": join(here, "src", "style-mod.js") },
  define: { "process.env.NODE_ENV": '"production"' },
});

const inputs = Object.keys(result.metafile.inputs);
const names = new Set(inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
const licences = [...names].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${about.version} (${about.license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
});
writeFileSync(join(out, "room.LICENSES.txt"), licences.join("\n----------\n\n"));

// tests/house/test_bundle.py makes the same hash, without Node.
const sources = [
  "frontend/build.js", "frontend/package.json", "frontend/package-lock.json", "static/js/kit.js",
  ...readdirSync(join(here, "src")).map((name) => `frontend/src/${name}`),
].filter((path) => existsSync(join(root, path))).sort();
const hash = createHash("sha256");
for (const path of sources) {
  hash.update(`${relative(root, join(root, path))}\0`);
  hash.update(readFileSync(join(root, path)));
  hash.update("\0");
}
writeFileSync(join(out, "room.sources.sha256"), `${hash.digest("hex")}\n`);
