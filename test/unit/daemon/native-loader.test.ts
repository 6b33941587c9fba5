import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { loadNativeTun } from "../../../daemon/native-loader.js";

const TUPLE = `${process.platform}-${process.arch}`;

function folder(): string {
  return mkdtempSync(join(tmpdir(), "mapd-loader-"));
}

test("the addon of this checkout loads, twice the same", async (t) => {
  const addon = loadNativeTun();
  t.equal(loadNativeTun(), addon);
  const fd = addon.createWake();
  t.ok(fd > 2);
  t.equal(addon.wake(fd), 0);
  t.equal(addon.close(fd), 0);
});

test("no binary: what was tried, on what, and how to mend it", async (t) => {
  const empty = folder();
  t.teardown(() => rmSync(empty, { recursive: true }));
  const message = [
    `Node ${process.versions.node} on ${TUPLE}, ABI ${process.versions.modules}`,
    `${join(empty, "build", "Release")}: no such folder`,
    `${join(empty, "prebuilds", TUPLE)}: no such folder`,
    "npm run build:native",
    "apt-get install build-essential python3",
  ];
  for (const part of message) {
    t.throws(
      () => loadNativeTun(empty),
      { code: "addon-unavailable", message: new RegExp(literally(part)) },
      part,
    );
  }
});

test("a binary that is no addon is named, with the loader's reason", async (t) => {
  const broken = folder();
  t.teardown(() => rmSync(broken, { recursive: true }));
  mkdirSync(join(broken, "prebuilds", TUPLE), { recursive: true });
  writeFileSync(join(broken, "prebuilds", TUPLE, "mapd_tun.node"), "not an object file");
  t.throws(() => loadNativeTun(broken), {
    code: "addon-unavailable",
    message: /file too short|invalid ELF header/,
    cause: Error,
  });
  t.throws(() => loadNativeTun(broken), { message: new RegExp(`${TUPLE}: mapd_tun.node`) });
});

test("outside the package there is nothing to load", async (t) => {
  t.throws(() => loadNativeTun(null), {
    code: "addon-unavailable",
    message: /no folder above .* holds the package mapd/,
  });
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
