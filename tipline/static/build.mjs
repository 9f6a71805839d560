// Builds what browsers get: js/*.js and css/*.css are entries, icons.txt names the icons of one sprite.
// Everything goes to built/ under names that carry a digest; manifest.json says which name stands for which
// entry ("report.js" -> "report-ABC123.js"). Must not fetch anything: all parts come from node_modules.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const BUILT = path.join(HERE, "built");
// Pages of reporters run on phones we do not choose, some with engines of 2018.
const FOR_REPORTERS = new Set(["report.js", "report_hash.js", "verify.js", "share.js"]);
const PHONE_SCRIPTS = ["es2017", "chrome61"];
const DESK_SCRIPTS = ["es2019", "chrome80"];
const STYLES = ["chrome61", "safari11"];
const ICONS = path.join(HERE, "..", "..", "node_modules", "@tabler", "icons", "icons", "outline");

async function listEntries(folder, extension) {
  const wholeFolder = path.join(HERE, folder);
  if (!existsSync(wholeFolder)) return [];
  const names = await readdir(wholeFolder);
  return names.filter((name) => name.endsWith(extension)).sort().map((name) => path.join(wholeFolder, name));
}

// One esbuild run; answers pairs of (name of the entry, name of the built file).
async function bundle(entries, target, outdir) {
  if (entries.length === 0) return [];
  const result = await build({
    absWorkingDir: HERE,
    entryPoints: entries,
    bundle: true,
    format: "iife",
    target,
    minify: true,
    charset: "utf8",
    legalComments: "linked",
    outdir,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".svg": "file", ".png": "file", ".webp": "file", ".woff2": "file" },
    metafile: true,
    logLevel: "warning",
  });
  return Object.entries(result.metafile.outputs)
    .filter(([, output]) => output.entryPoint)
    .map(([file, output]) => [path.basename(output.entryPoint), path.basename(file)]);
}

function asSymbol(name, svg) {
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  // Each icon opens with an invisible square that only helps drawing programs.
  const paths = inner.replace(/<path stroke="none"[^>]*\/>/, "").replace(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"` +
    ` stroke-linecap="round" stroke-linejoin="round">${paths}</symbol>`
  );
}

async function drawSprite(outdir) {
  const lines = (await readFile(path.join(HERE, "icons.txt"), "utf8")).split("\n").map((line) => line.trim());
  const symbols = [];
  for (const name of lines.filter((line) => line && !line.startsWith("#"))) {
    const file = path.join(ICONS, `${name}.svg`);
    if (!existsSync(file)) throw new Error(`icons.txt names "${name}", which is no outline icon of Tabler.`);
    symbols.push(asSymbol(name, await readFile(file, "utf8")));
  }
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  const digest = createHash("sha256").update(sprite).digest("hex").slice(0, 8).toUpperCase();
  await writeFile(path.join(outdir, `icons-${digest}.svg`), sprite);
  return ["icons.svg", `icons-${digest}.svg`];
}

// Small forms of everything that is text, made once here instead of at each request.
async function squeeze(folder) {
  for (const name of (await readdir(folder)).filter((one) => /\.(js|css|svg)$/.test(one))) {
    const whole = await readFile(path.join(folder, name));
    await writeFile(path.join(folder, `${name}.gz`), gzipSync(whole, { level: 9 }));
    await writeFile(path.join(folder, `${name}.br`), brotliCompressSync(whole));
  }
}

// A page served meanwhile finds either the old set or the new one, never half of one.
async function swap(fresh) {
  const old = path.join(HERE, "built.old");
  await rm(old, { recursive: true, force: true });
  if (existsSync(BUILT)) await rename(BUILT, old);
  await rename(fresh, BUILT);
  await rm(old, { recursive: true, force: true });
}

async function main() {
  const fresh = path.join(HERE, "built.new");
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh);
  const scripts = await listEntries("js", ".js");
  const styles = await listEntries("css", ".css");
  const isForReporters = (file) => FOR_REPORTERS.has(path.basename(file));
  const pairs = [
    ...(await bundle(scripts.filter(isForReporters), PHONE_SCRIPTS, fresh)),
    ...(await bundle(scripts.filter((file) => !isForReporters(file)), DESK_SCRIPTS, fresh)),
    ...(await bundle(styles, STYLES, fresh)),
    await drawSprite(fresh),
  ];
  const manifest = Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(path.join(fresh, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
  await squeeze(fresh);
  await swap(fresh);
  console.log(`${pairs.length} built files`);
}

try {
  await main();
} catch (fault) {
  // esbuild has already said where a script or sheet is wrong; anything else is said here.
  if (!fault.errors) console.error(fault.message);
  await rm(path.join(HERE, "built.new"), { recursive: true, force: true });
  process.exitCode = 1;
}
