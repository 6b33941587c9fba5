// The control part of the Debian package: what it depends on, sums, conffiles, maintainer scripts.
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { maintainer } from "./deb-tree.mjs";
import { run } from "./product.mjs";

const SCRIPTS = ["postinst", "prerm", "postrm"];
/** What mapd calls: ip for its device's addresses and routes. */
const PROGRAMS = ["iproute2"];

function filesBelow(tree) {
  return readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** Debian's own answer to which versions of which libraries the binaries need. */
function libraries(tree, files) {
  const binaries = files.filter((path) => path.endsWith("/node") || path.endsWith(".node"));
  const work = mkdtempSync(join(tmpdir(), "mapd-shlibs-"));
  try {
    mkdirSync(join(work, "debian"));
    writeFileSync(
      join(work, "debian/control"),
      "Source: mapd\n\nPackage: mapd\nArchitecture: any\n",
    );
    const wanted = binaries.map((path) => `-e${join(tree, path)}`);
    const args = ["-O", "--ignore-missing-info", ...wanted];
    const answer = run("dpkg-shlibdeps", args, { cwd: work });
    return /^shlibs:Depends=(.+)$/m.exec(answer)?.[1] ?? "";
  } finally {
    rmSync(work, { recursive: true });
  }
}

function control(tree, files, { name, version, architecture }) {
  const bytes = files.reduce((sum, path) => sum + statSync(join(tree, path)).size, 0);
  return [
    `Package: ${name}`,
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer()}`,
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    `Depends: ${[libraries(tree, files), ...PROGRAMS].join(", ")}`,
    "Section: net",
    "Priority: optional",
    "Description: MAP-T and MAP-E translator in userspace, customer edge and border relay",
    " mapd carries IPv4 over IPv6-only networks as MAP-T (RFC 7599) and MAP-E",
    " (RFC 7597) on TUN devices. mapctl shows and explains what it does.",
    " .",
    " The package brings its own Node runtime. Nothing is started before there is a",
    " configuration in /etc/mapd and somebody enables the service.",
    "",
  ].join("\n");
}

function sums(tree, files) {
  return files
    .map((path) => {
      const sum = createHash("md5")
        .update(readFileSync(join(tree, path)))
        .digest("hex");
      return `${sum}  ${path}\n`;
    })
    .join("");
}

/** Writes DEBIAN/ into a tree that is otherwise complete. */
export function writeControl(root, tree, about) {
  const files = filesBelow(tree);
  const folder = join(tree, "DEBIAN");
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const conffiles = files.filter((path) => path.startsWith("etc/")).map((path) => `/${path}\n`);
  writeFileSync(join(folder, "control"), control(tree, files, about));
  writeFileSync(join(folder, "md5sums"), sums(tree, files));
  writeFileSync(join(folder, "conffiles"), conffiles.join(""));
  for (const script of SCRIPTS) {
    copyFileSync(join(root, "packaging/deb", script), join(folder, script));
    chmodSync(join(folder, script), 0o755);
  }
}
