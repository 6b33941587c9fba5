// Compiles the programs of native/classifier with clang and writes their instructions as C tables, which are
// checked in: building mapd needs no clang, and running it needs no compiler. With --check nothing is written,
// and a table that differs is a failure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const PROGRAMS = ["encapsulate", "hand_over"];
const TABLE = "native/src/classifier_code.h";
const SECTION = "classifier";
/** Debian 12's. Another version may choose other instructions for the same source. */
const CLANG = "clang-14";
const FLAGS = ["-O2", "-g0", "-Wall", "-Wextra", "-Werror", "--target=bpfel", "-mcpu=v1"];
/** Where <linux/bpf.h> finds <asm/types.h>, which is not there for a target without a C library. */
const ASM = [`-I/usr/include/${{ x64: "x86_64", arm64: "aarch64" }[process.arch]}-linux-gnu`];
const INSTRUCTION_LEN = 8;

function fail(message) {
  process.stderr.write(`build-classifier: ${message}\n`);
  process.exit(1);
}

function sourceOf(program) {
  return `native/classifier/${program}.bpf.c`;
}

function compile(source) {
  const folder = mkdtempSync(join(tmpdir(), "mapd-classifier-"));
  try {
    const object = join(folder, "classifier.o");
    const args = [...FLAGS, ...ASM, "-c", source, "-o", object];
    const { status, stderr, error } = spawnSync(CLANG, args, { cwd: ROOT, encoding: "utf8" });
    if (error !== undefined) fail(`${error.message}. On Debian: apt-get install ${CLANG}`);
    if (status !== 0) fail(`${CLANG} ended with status ${status}:\n${stderr}`);
    return readFileSync(object);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The sections of a 64-bit little-endian ELF object, by name. */
function sections(object) {
  const headerAt = (index) => Number(object.readBigUInt64LE(40)) + index * object.readUInt16LE(58);
  const content = (index) => {
    const offset = Number(object.readBigUInt64LE(headerAt(index) + 24));
    return object.subarray(offset, offset + Number(object.readBigUInt64LE(headerAt(index) + 32)));
  };
  const names = content(object.readUInt16LE(62));
  const found = new Map();
  for (let index = 1; index < object.readUInt16LE(60); index++) {
    const nameAt = object.readUInt32LE(headerAt(index));
    found.set(names.toString("latin1", nameAt, names.indexOf(0, nameAt)), content(index));
  }
  return found;
}

/** The instructions; throws where they need more than themselves: the addon resolves nothing. */
function instructions(object) {
  const found = sections(object);
  const others = [...found.keys()].filter((name) => /^\.(rel|data|rodata|bss|maps)/.test(name));
  if (others.length > 0) fail(`the program needs ${others.join(" ")}, and the addon loads none`);
  const code = found.get(SECTION);
  if (code === undefined) fail(`no section ${SECTION}`);
  return Array.from({ length: code.length / INSTRUCTION_LEN }, (_, index) => {
    const at = index * INSTRUCTION_LEN;
    const registers = code.readUInt8(at + 1);
    const fields = [
      `0x${code.readUInt8(at).toString(16).padStart(2, "0")}`,
      registers & 0xf,
      registers >>> 4,
      code.readInt16LE(at + 2),
      code.readInt32LE(at + 4),
    ];
    return `    {${fields.join(", ")}},`;
  });
}

function array(program) {
  const lines = instructions(compile(sourceOf(program)));
  return `static const struct bpf_insn ${program}_code[] = {
${lines.join("\n")}
};
`;
}

function table() {
  return `/* Made by scripts/build-classifier.mjs from ${PROGRAMS.map(sourceOf).join(" and ")}; not to be edited.
 * ${CLANG} ${FLAGS.join(" ")} */
#ifndef MAPD_CLASSIFIER_CODE_H
#define MAPD_CLASSIFIER_CODE_H

#include <linux/bpf.h>

/* code, destination register, source register, offset, immediate */
${PROGRAMS.map(array).join("\n")}
#endif
`;
}

const text = table();
const path = join(ROOT, TABLE);
if (!process.argv.includes("--check")) {
  writeFileSync(path, text);
} else if (readFileSync(path, "utf8") !== text) {
  fail(`${TABLE} is not what native/classifier gives; run: node scripts/build-classifier.mjs`);
}
