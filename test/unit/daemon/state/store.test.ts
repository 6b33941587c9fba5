/** The state file on a disk: who may have written it, and what is left when writing fails. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { encodeState } from "../../../../daemon/state/format.js";
import { checkWritable, moveAside, readState, writeState } from "../../../../daemon/state/store.js";

const EMPTY = encodeState([]);

test("what is written is there under its name, for its owner alone, and nothing beside it", async (t) => {
  const folder = t.testdir({});
  const path = join(folder, "state");
  await writeState(path, EMPTY);
  await writeState(path, EMPTY);
  t.same(readFileSync(path), EMPTY);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(folder), ["state"]);
  t.same(await readState(path), { ok: true, domains: [] });
});

test("what a killed mapd left half written is in nobody's way", async (t) => {
  const folder = t.testdir({ "state.tmp": "half" });
  chmodSync(join(folder, "state.tmp"), 0o666);
  await writeState(join(folder, "state"), EMPTY);
  t.same(readdirSync(folder), ["state"]);
  t.equal(statSync(join(folder, "state")).mode & 0o777, 0o600);
});

test("no file is no fault", async (t) => {
  t.equal(await readState(join(t.testdir({}), "state")), null);
});

test("a file that others may write to is not trusted", async (t) => {
  const path = join(t.testdir({}), "state");
  for (const [mode, trusted] of [
    [0o600, true],
    [0o644, true],
    [0o620, false],
    [0o606, false],
  ] as const) {
    writeFileSync(path, EMPTY);
    chmodSync(path, mode);
    const read = await readState(path);
    t.equal(read?.ok, trusted, mode.toString(8));
    if (read?.ok === false) {
      t.equal(read.reason, `others may write to it (mode ${mode.toString(8)})`);
    }
  }
});

test("what is no ordinary file is refused", async (t) => {
  const folder = t.testdir({ file: "", folder: {} });
  symlinkSync(join(folder, "file"), join(folder, "link"));
  t.same(await readState(join(folder, "link")), { ok: false, reason: "it is a symbolic link" });
  t.same(await readState(join(folder, "folder")), { ok: false, reason: "it is no ordinary file" });
});

test("a refused file is kept beside its place", async (t) => {
  const folder = t.testdir({ state: "rubbish", "state.damaged": "older" });
  t.equal(await moveAside(join(folder, "state")), join(folder, "state.damaged"));
  t.same(readdirSync(folder), ["state.damaged"]);
  t.equal(readFileSync(join(folder, "state.damaged"), "utf8"), "rubbish");
});

test("a place where nothing can be written is named with its remedy", async (t) => {
  const folder = t.testdir({ file: "", there: {} });
  const cases = [
    [join(folder, "no/state"), `the folder ${join(folder, "no")} does not exist; make it`],
    [join(folder, "file/state"), `${join(folder, "file")} is not a folder`],
    [join(folder, "there"), "it is a folder; name a file in it"],
  ] as const;
  for (const [path, reason] of cases) {
    const message = `state-file ${path} cannot be written: ${reason}`;
    await t.rejects(checkWritable(path), { name: "MapdError", code: "state-file", message });
  }
});

test("looking whether a file can be written leaves nothing behind", async (t) => {
  const folder = t.testdir({ state: "as it was" });
  await checkWritable(join(folder, "state"));
  t.same(readdirSync(folder), ["state"]);
  t.equal(readFileSync(join(folder, "state"), "utf8"), "as it was");
});

test("a write that fails leaves the old file", async (t) => {
  const folder = t.testdir({ state: "old" });
  // In the place of the temporary file stands what cannot be removed.
  mkdirSync(join(folder, "state.tmp"));
  await t.rejects(writeState(join(folder, "state"), EMPTY));
  t.equal(readFileSync(join(folder, "state"), "utf8"), "old");
});
