// Puts the files of the Debian package where they belong: what npm would pack, production packages, and a Node.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { manifest, productFiles, productionPackages, run } from "./product.mjs";

const HOME = "usr/lib/mapd";
const DOC = "usr/share/doc/mapd";
const PACKAGING = "packaging/deb";

/** Where what npm packs goes to, the first that fits. Not listed means: not in the Debian package. */
const PLACES = [
  [/^package\.json$/, () => `${HOME}/package.json`],
  [/^(dist\/(?:src|daemon)\/.+\.js|dist\/page\/.+)$/, ([, path]) => `${HOME}/${path}`],
  [
    new RegExp(`^(native/prebuilds/${process.platform}-${process.arch}/.+)$`),
    ([, path]) => `${HOME}/${path}`,
  ],
  [/^docs\/man\/([^/]+\.(\d))$/, ([, page, section]) => `usr/share/man/man${section}/${page}.gz`],
  [/^(README\.md)$/, ([, path]) => `${DOC}/${path}`],
  [/^docs\/(.+)$/, ([, path]) => `${DOC}/docs/${path}`],
  [/^CHANGELOG\.md$/, () => `${DOC}/changelog.gz`],
  [/^config\/examples\/(.+)$/, ([, path]) => `${DOC}/examples/${path}`],
  [/^config\/(.+)$/, ([, path]) => `usr/share/mapd/${path}`],
  [/^systemd\/(.+\.service)$/, ([, unit]) => `usr/lib/systemd/system/${unit}`],
  [/^completion\/mapctl\.bash$/, () => "usr/share/bash-completion/completions/mapctl"],
  [/^completion\/_mapctl$/, () => "usr/share/zsh/vendor-completions/_mapctl"],
  [/^completion\/mapctl\.fish$/, () => "usr/share/fish/vendor_completions.d/mapctl.fish"],
];

/** What of an npm package Node may load; licences go into the copyright file. */
const LOADED = /\.(js|cjs|mjs|json)$/;
/** Folders of npm packages that are for their authors, as they lie at a package's top. */
const FOR_AUTHORS = /^(\..*|test|bench|benchmarks|examples?|docs)\//;
const LICENCE = /^(LICEN[CS]E|COPYING)/i;

function put(tree, place, content, mode = 0o644) {
  const path = join(tree, place);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, place.endsWith(".gz") ? gzipSync(content, { level: 9 }) : content);
  chmodSync(path, mode);
}

/** Nothing here starts by its own name: a first line `#!` would name a Node that may not be there. */
function withoutInterpreter(path) {
  const content = readFileSync(path);
  return content.subarray(0, 2).toString() === "#!"
    ? content.subarray(content.indexOf("\n"))
    : content;
}

function stageProduct(root, tree) {
  for (const path of productFiles(root)) {
    for (const [pattern, placeOf] of PLACES) {
      const match = pattern.exec(path);
      if (match === null) continue;
      put(tree, placeOf(match), withoutInterpreter(join(root, path)));
      break;
    }
  }
}

function stagePackages(root, tree) {
  for (const folder of productionPackages(root)) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const from = join(entry.parentPath ?? entry.path, entry.name);
      const path = from.slice(join(root, folder).length + 1);
      if (!entry.isFile() || !LOADED.test(path) || FOR_AUTHORS.test(path)) continue;
      // A package below a package has its own turn.
      if (path.startsWith("node_modules/")) continue;
      put(tree, join(HOME, folder, path), withoutInterpreter(from));
    }
  }
}

/** The Node that runs this, without its symbols. */
function stageRuntime(tree) {
  const node = join(tree, HOME, "node");
  copyFileSync(process.execPath, node);
  run("strip", ["--strip-unneeded", "--remove-section=.comment", node]);
  chmodSync(node, 0o755);
}

/** The text of the licence that came with the Node that runs this. */
function nodeLicence() {
  const candidates = [
    join(dirname(process.execPath), "../LICENSE"),
    join(dirname(process.execPath), "../share/doc/nodejs/LICENSE"),
    join(dirname(process.execPath), "../share/doc/node/LICENSE"),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return readFileSync(found, "utf8");
  throw new Error(
    `the licence of Node is missing, which the package must carry. Tried:\n${candidates.join("\n")}`,
  );
}

function packageLicence(root, folder) {
  const { name, version, license } = manifest(join(root, folder));
  const files = readdirSync(join(root, folder)).filter((file) => LICENCE.test(file));
  const texts = files.map((file) => readFileSync(join(root, folder, file), "utf8").trim());
  return [`${name} ${version} (${license})`, ...texts];
}

function copyright(root) {
  const parts = [
    ["mapd", readFileSync(join(root, "LICENSE"), "utf8").trim()],
    ...productionPackages(root).map((folder) => packageLicence(root, folder)),
    [`Node.js ${process.versions.node}: /${HOME}/node`, nodeLicence().trim()],
  ];
  const line = "-".repeat(80);
  return `${parts.map((part) => part.join("\n\n")).join(`\n\n${line}\n\n`)}\n`;
}

function debianChangelog({ name, version, date }, maintainer) {
  const when = new Date(date * 1000).toUTCString().replace("GMT", "+0000");
  return `${name} (${version}) unstable; urgency=medium\n\n  * Built from the sources; see changelog.gz.\n\n -- ${maintainer}  ${when}\n`;
}

/** Who answers for a package that somebody builds: by the two variables that Debian's own tools read. */
export function maintainer() {
  const { DEBFULLNAME = "The mapd authors", DEBEMAIL = "root@localhost" } = process.env;
  return `${DEBFULLNAME} <${DEBEMAIL}>`;
}

/** Fills `tree` with everything but DEBIAN/. */
export function stage(root, tree, about) {
  chmodSync(tree, 0o755);
  stageProduct(root, tree);
  stagePackages(root, tree);
  stageRuntime(tree);
  const own = (name) => readFileSync(join(root, PACKAGING, name));
  put(tree, "usr/sbin/mapd", own("mapd.sh"), 0o755);
  put(tree, "usr/bin/mapctl", own("mapctl.sh"), 0o755);
  // Not active: the service starts only where somebody has written mapd.yaml.
  put(
    tree,
    "etc/mapd/mapd.yaml.example",
    readFileSync(join(root, "config/examples/map-t-ce.yaml")),
  );
  put(tree, "usr/share/lintian/overrides/mapd", own("lintian-overrides"));
  put(tree, `${DOC}/copyright`, copyright(root));
  put(tree, `${DOC}/changelog.Debian.gz`, debianChangelog(about, maintainer()));
}
