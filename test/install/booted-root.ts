/**
 * A root of Debian that its own systemd has started, as first process of namespaces of its own: what it starts, mounts and
 * counts in control groups is its own, too, and goes with it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { run } from "../package/checkout.js";

const START_MS = 20_000;
const PAUSE_MS = 50;

const NAMESPACES = ["--mount", "--pid", "--cgroup", "--net", "--uts", "--ipc"];

/** In a mount namespace of its own: joins a control group of its own, and lays something over the root to write to. */
const JOIN = [
  "set -e",
  "mount --make-rprivate /",
  'mount -t tmpfs tmpfs "$ROOT/mnt"',
  'cd "$ROOT/mnt"',
  "mkdir groups upper work root",
  "mount -t cgroup2 cgroup2 groups",
  'mkdir "groups/$GROUP"',
  'echo $$ > "groups/$GROUP/cgroup.procs"',
  "umount groups",
  'mount -t overlay -o "lowerdir=$ROOT,upperdir=upper,workdir=work" overlay root',
  `exec unshare ${NAMESPACES.join(" ")} --fork --kill-child sh -c "$BOOT"`,
].join("\n");

/** In all of them. No console among the devices: systemd would speak to the host's. The others are what PrivateDevices copies. */
const BOOT = [
  "set -e",
  'cd "$ROOT/mnt/root"',
  "mount -t proc proc proc",
  "mount -t sysfs sysfs sys",
  "mount -t cgroup2 cgroup2 sys/fs/cgroup",
  "mount -t tmpfs -o mode=755 tmpfs run",
  "mount -t tmpfs -o mode=755 tmpfs dev",
  "for node in 'null 1 3' 'zero 1 5' 'full 1 7' 'random 1 8' 'urandom 1 9' 'tty 5 0'; do",
  "  set -- $node",
  "  mknod -m 666 dev/$1 c $2 $3",
  "done",
  "mkdir dev/net dev/pts dev/shm",
  "mount -t devpts devpts dev/pts",
  "ln -s pts/ptmx dev/ptmx",
  "mknod -m 666 dev/net/tun c 10 200",
  "ln -s /proc/self/fd dev/fd",
  "ip link set lo up",
  "echo 1 > proc/sys/net/ipv4/ip_forward",
  "echo 1 > proc/sys/net/ipv6/conf/all/forwarding",
  'exec chroot . /lib/systemd/systemd --system "--unit=$TARGET" --show-status=no --log-target=journal',
].join("\n");

/** Removes the control group with all that are in it; who was in them has ended. */
const LEAVE = [
  "set -e",
  "mount --make-rprivate /",
  'mount -t cgroup2 cgroup2 "$ROOT/mnt"',
  'find "$ROOT/mnt/$GROUP" -depth -type d -exec rmdir {} ";"',
].join("\n");

export class BootedRoot {
  readonly #root: string;
  readonly #group = `mapd-test-${process.pid}`;
  readonly #child: ChildProcess;
  #first = 0;
  #said = "";

  private constructor(root: string, target: string) {
    this.#root = root;
    const env = { ...this.#environment, TARGET: target, BOOT, container: "mapd-test" };
    this.#child = spawn("setpriv", ["--pdeathsig=KILL", "unshare", "--mount", "sh", "-c", JOIN], {
      stdio: ["ignore", "ignore", "pipe"],
      env,
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
  }

  get #environment(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return { PATH: `${PATH}:/usr/sbin:/sbin`, ROOT: this.#root, GROUP: this.#group };
  }

  /** Resolves when systemd has reached the target. */
  static async start(root: string, target: string): Promise<BootedRoot> {
    const booted = new BootedRoot(root, target);
    await booted.until(() => booted.#isRunning(), "systemd to run");
    return booted;
  }

  #isRunning(): boolean {
    this.#first = firstBelow(this.#child.pid ?? 0);
    if (this.#first === 0) return false;
    try {
      return /^(running|degraded)$/m.test(this.shell("systemctl is-system-running || true"));
    } catch {
      // The first process is not in its root yet.
      return false;
    }
  }

  /** A shell command inside; its standard output. Throws where it fails. */
  shell(command: string): string {
    const inside = ["--target", `${this.#first}`, "--all", "--root", "--wd"];
    return run("nsenter", [...inside, "sh", "-c", command], { timeout: START_MS });
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    const endMs = performance.now() + START_MS;
    while (!condition()) {
      if (performance.now() > endMs) throw new Error(`waited in vain for ${what}: ${this.#said}`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** The kernel ends all that its first process has started with it. */
  async end(): Promise<void> {
    const closed = once(this.#child, "close");
    if (this.#first !== 0) process.kill(this.#first, "SIGKILL");
    else this.#child.kill("SIGKILL");
    await closed;
    run("unshare", ["--mount", "sh", "-c", LEAVE], { env: this.#environment });
  }
}

/** The process that `unshare --fork` has started, 0 where there is none yet. */
function firstBelow(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim()) || 0;
  } catch {
    return 0;
  }
}
