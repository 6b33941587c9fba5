/** Finds and loads the addon, and says what to do when it cannot. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NativeTun } from "../src/tun/native.js";
import { MapdError } from "./errors.js";
import type { NativeSystem } from "./system/native-system.js";

const PACKAGE = "mapd";

const TUN_METHODS = [
  "open",
  "readBatch",
  "writeBatch",
  "writePieces",
  "createWake",
  "wake",
  "wait",
  "releasePages",
  "askHugePages",
  "close",
  "attachClassifier",
  "detachClassifier",
  "findClassifier",
  "openIntakes",
  "intakeDrops",
] as const satisfies readonly (keyof NativeTun)[];

const SYSTEM_METHODS = [
  "notify",
  "forbidDumps",
  "boundMalloc",
  "trimMalloc",
  "limitPrivileges",
  "findGroup",
  "readPeer",
] as const satisfies readonly (keyof NativeSystem)[];

function isPackageRoot(folder: string): boolean {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return false;
  const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
  return (
    typeof manifest === "object" && manifest !== null && Reflect.get(manifest, "name") === PACKAGE
  );
}

/** The native folder of the checkout or package that this file belongs to; null when there is none. */
function nativeFolder(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isPackageRoot(folder)) {
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
  return join(folder, "native");
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === "function")
  );
}

function isNativeTun(value: unknown): value is NativeTun {
  return hasMethods(value, TUN_METHODS);
}

function isNativeSystem(value: unknown): value is NativeSystem {
  return hasMethods(value, SYSTEM_METHODS);
}

/** Where node-gyp-build looks, in its order, each with what is there. */
function describeTried(folder: string): string[] {
  const tuple = `${process.platform}-${process.arch}`;
  const folders = [
    join(folder, "build", "Release"),
    join(folder, "build", "Debug"),
    join(folder, "prebuilds", tuple),
    join(dirname(process.execPath), "prebuilds", tuple),
  ];
  return folders.map((path) => {
    if (!existsSync(path)) return `  ${path}: no such folder`;
    const found = readdirSync(path).filter((name) => name.endsWith(".node"));
    return `  ${path}: ${found.length === 0 ? "no .node file" : found.join(", ")}`;
  });
}

function unavailable(reason: string, folder: string | null, cause?: unknown): MapdError {
  const { node, modules, napi } = process.versions;
  const lines = [
    `cannot load the TUN addon: ${reason}`,
    `Node ${node} on ${process.platform}-${process.arch}, ABI ${modules}, Node-API ${napi}. Tried:`,
    ...(folder === null
      ? [`  no folder above ${fileURLToPath(import.meta.url)} holds the package ${PACKAGE}`]
      : describeTried(folder)),
    "Build it: npm ci && npm run build:native",
    "That needs a C compiler, make and Python 3; on Debian: apt-get install build-essential python3",
  ];
  return new MapdError("addon-unavailable", lines.join("\n"), { cause });
}

/** The addon in `folder`, through node-gyp-build: CommonJS without types, to be checked before it is believed. */
function loadAddon(folder: string): unknown {
  try {
    const load = createRequire(import.meta.url)("node-gyp-build") as (from: string) => unknown;
    return load(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw unavailable(reason, folder, error);
  }
}

function loadChecked<T>(isWanted: (addon: unknown) => addon is T, folder: string | null): T {
  if (folder === null) throw unavailable("the package's own folder was not found", null);
  const addon = loadAddon(folder);
  if (isWanted(addon)) return addon;
  throw unavailable("the binary lacks functions and is older than this source", folder);
}

/**
 * The addon in `folder` (default: native/ of this package) as the packet path uses it. Works in worker threads too.
 * Throws MapdError `addon-unavailable` with all places tried and the remedy.
 */
export function loadNativeTun(folder: string | null = nativeFolder()): NativeTun {
  return loadChecked(isNativeTun, folder);
}

/** The same addon as the rest of the daemon uses it. */
export function loadNativeSystem(folder: string | null = nativeFolder()): NativeSystem {
  return loadChecked(isNativeSystem, folder);
}
