// `npm run build:web`: the page, as static files in dist/page that work from file:// and under a strict
// Content-Security-Policy: one classic script, one stylesheet, nothing inline, nothing from elsewhere.
// `--out FOLDER` puts them elsewhere.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vite";

const SELF = fileURLToPath(import.meta.url);
const ROOT = resolve(dirname(SELF), "..");
/** Packages whose code is in the script: their licences want to go with it. */
const BUNDLED = ["preact", "uplot"];

function licences() {
  const texts = BUNDLED.map((name) => {
    const folder = join(ROOT, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}\n`;
  });
  return `The page holds code of these packages.\n\n${texts.join("\n\n")}`;
}

/** Browsers refuse modules from file://; the whole page is one script, so that it needs to be none. */
const asClassicPage = {
  name: "classic-page",
  enforce: "post",
  transformIndexHtml: {
    order: "post",
    handler: (html) =>
      html
        .replace(/<script type="module" crossorigin /g, "<script defer ")
        .replace(/<link rel="stylesheet" crossorigin /g, '<link rel="stylesheet" '),
  },
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "licenses.txt", source: licences() });
  },
};

export async function buildWeb(out = join(ROOT, "dist/page")) {
  await build({
    configFile: false,
    root: join(ROOT, "web"),
    base: "./",
    logLevel: "warn",
    plugins: [asClassicPage],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: resolve(out),
      emptyOutDir: true,
      target: "es2022",
      // light-dark() and nesting as they are written: every browser of 2024 has them.
      cssTarget: ["chrome123", "firefox121", "safari17.5"],
      assetsInlineLimit: 0,
      modulePreload: false,
      cssCodeSplit: false,
      // One script is the point; its compressed size has a test.
      chunkSizeWarningLimit: 2000,
      // Written in one piece each: fixed names, as whoever serves them tells versions apart by ETag.
      rolldownOptions: {
        output: {
          format: "iife",
          entryFileNames: "page.js",
          assetFileNames: "page[extname]",
        },
      },
    },
  });
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === SELF) {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  await buildWeb(values.out);
}
