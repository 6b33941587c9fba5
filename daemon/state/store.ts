/** The state file on disk: read with suspicion, written so that a crash leaves the old one or the new one. */
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MapdError } from "../errors.js";
import { type Decoded, decodeState } from "./format.js";

/** Beyond what every domain of a host can fill. */
const MAX_LEN = 1024 * 1024 * 1024;
const OWNER_ONLY = 0o600;
const OTHERS_WRITE = 0o022;

/** null where there is no file; a refusal says what is wrong with it. */
export async function readState(path: string): Promise<Decoded | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const reason = await whyNotTrusted(file);
    return reason === null ? decodeState(await file.readFile()) : { ok: false, reason };
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return null;
    const reason = code === "ELOOP" ? "it is a symbolic link" : `it cannot be read: ${code}`;
    return { ok: false, reason };
  } finally {
    await file?.close();
  }
}

/** Whoever may write the file may open ports to hosts of the LAN. */
async function whyNotTrusted(file: FileHandle): Promise<string | null> {
  const status = await file.stat();
  if (!status.isFile()) return "it is no ordinary file";
  const { mode, uid, size } = status;
  const own = process.geteuid?.() ?? uid;
  if (uid !== own) return `it belongs to another user (uid ${uid}, mapd runs as ${own})`;
  if ((mode & OTHERS_WRITE) !== 0) {
    return `others may write to it (mode ${(mode & 0o777).toString(8)})`;
  }
  return size > MAX_LEN ? `it is too large (${size} bytes)` : null;
}

/** Out of the way of the next one, where somebody can look at it; returns where it is then. */
export async function moveAside(path: string): Promise<string> {
  const aside = `${path}.damaged`;
  await rename(path, aside);
  return aside;
}

/** Resolves once the file is on the disk, whole and under its name. */
export async function writeState(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = await openTemporary(path);
  try {
    await temporary.writeFile(bytes);
    await temporary.sync();
  } finally {
    await temporary.close();
  }
  await rename(temporaryOf(path), path);
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Throws MapdError where the file could not be written; leaves nothing behind. */
export async function checkWritable(path: string): Promise<void> {
  const reason = await whyNotWritable(path);
  if (reason === null) return;
  throw new MapdError("state-file", `state-file ${path} cannot be written: ${reason}`);
}

async function whyNotWritable(path: string): Promise<string | null> {
  try {
    const there = await stat(path).catch(() => null);
    if (there?.isDirectory() === true) return "it is a folder; name a file in it";
    await (await openTemporary(path)).close();
    await rm(temporaryOf(path));
    return null;
  } catch (error) {
    return explain(codeOf(error), dirname(path));
  }
}

function explain(code: string, folder: string): string {
  switch (code) {
    case "ENOENT":
      return `the folder ${folder} does not exist; make it`;
    case "EACCES":
    case "EPERM":
      return `mapd may not write in ${folder}; change its owner or mode`;
    case "EROFS":
      return `${folder} is on a read-only file system`;
    case "ENOTDIR":
      return `${folder} is not a folder`;
    default:
      return code;
  }
}

function temporaryOf(path: string): string {
  return `${path}.tmp`;
}

/** Made anew, so that its mode is ours and it is nobody's link. */
async function openTemporary(path: string): Promise<FileHandle> {
  const temporary = temporaryOf(path);
  await rm(temporary, { force: true });
  return open(temporary, "wx", OWNER_ONLY);
}

/** `ENOSPC`, or what else the failure says of itself. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : String(error);
}
