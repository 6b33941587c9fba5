/** A minimal Debian of this machine's release in a folder, made by debootstrap from the archive that apt uses here. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { run } from "../package/checkout.js";

const MAKING_MS = 600_000;
/** Beside the essential packages: who reads man pages, completes words and runs units. */
const INCLUDED = ["bash-completion", "man-db", "systemd"];
/** What apt, dpkg and man-db keep for themselves, whatever is installed. */
const BOOKKEEPING = /^(var\/(log|cache|lib\/(apt|dpkg|systemd))|tmp|etc\/ld\.so\.cache|run)(\/|$)/;

function archive(): { mirror: string; release: string } {
  const release = /^VERSION_CODENAME=(.+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  const format = "$(REPO_URI) $(CODENAME) $(COMPONENT)";
  const lines = run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const wanted = lines.split("\n").find((line) => line.endsWith(` ${release} main`));
  if (release === undefined || wanted === undefined) {
    throw new Error(`no archive of Debian ${release} among the sources of apt:\n${lines}`);
  }
  return { mirror: wanted.split(" ")[0] ?? "", release };
}

export class DebianRoot {
  readonly folder = mkdtempSync(join(tmpdir(), "mapd-root-"));

  constructor() {
    const { mirror, release } = archive();
    const options = ["--variant=minbase", `--include=${INCLUDED.join(",")}`];
    run("debootstrap", [...options, release, this.folder, mirror], { timeout: MAKING_MS });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A shell command inside; its standard output. Throws where it fails. */
  shell(command: string): string {
    return this.#inside([], command);
  }

  /** The same in a network namespace of its own, with /proc and a TUN driver. */
  shellWithNetwork(command: string): string {
    const prepare =
      "mount -t proc proc /proc && mkdir -p /dev/net && { [ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200; } && ip link set lo up";
    const own = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"];
    return this.#inside(own, `${prepare} && ${command}`);
  }

  #inside(wrapper: readonly string[], command: string): string {
    const [program = "", ...args] = [...wrapper, "chroot", this.folder, "sh", "-c", command];
    const environment = {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      DEBIAN_FRONTEND: "noninteractive",
    };
    const env = { ...process.env, ...environment, LC_ALL: "C.UTF-8" };
    return run(program, args, { env, timeout: MAKING_MS });
  }

  /** Puts a file into /tmp; its path inside. */
  bring(file: string): string {
    copyFileSync(file, join(this.folder, "tmp", basename(file)));
    return join("/tmp", basename(file));
  }

  /** Every path but what package management itself keeps. */
  paths(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .map((entry) => relative(this.folder, join(entry.parentPath ?? entry.path, entry.name)))
      .filter((path) => !BOOKKEEPING.test(path) && !/^(proc|sys|dev)\//.test(path))
      .sort();
  }
}
