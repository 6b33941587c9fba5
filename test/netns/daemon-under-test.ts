/**
 * The real daemon for system tests. The test file itself runs in a sandbox (sandboxed.ts), and the
 * daemon in the sandbox's network namespace, so that tests reach its HTTP port and see its devices.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";

const MAPD = fileURLToPath(new URL("../../daemon/mapd.js", import.meta.url));
const MAPCTL = fileURLToPath(new URL("../../daemon/mapctl.js", import.meta.url));

/** Less than tap's own limit, so that a test tells what it waited for. */
const LIMIT_MS = 12_000;

export const RULES = `
rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
  whole: { rule-ipv6-prefix: "2001:db8:4000::/40", rule-ipv4-prefix: 198.51.100.0/24, ea-len: 8 }
`;

export const BR_T = `
  - name: br-t
    mode: map-t
    role: br
    tun: { name: mapt0 }
    rules: [metro]
    dmr-ipv6-prefix: 2001:db8:ffff::/64
`;

export const BR_E = `
  - name: br-e
    mode: map-e
    role: br
    tun: { name: mape0 }
    rules: [whole]
    br-ipv6-addr: 2001:db8:fffe::1
`;

export const CE_T = `
  - name: ce-t
    mode: map-t
    role: ce
    tun: { name: mapt1 }
    rules: [metro]
    dmr-ipv6-prefix: 2001:db8:ffff::/64
    end-user-ipv6-prefix: 2001:db8:12:3400::/56
    local-ipv4-prefixes: [192.168.1.0/24]
`;

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A configuration file in a folder of its own. */
export class ConfigFile {
  readonly path: string;
  readonly socket: string;
  readonly #folder: string;

  constructor(t: Test) {
    this.#folder = mkdtempSync(join(tmpdir(), "mapd-netns-"));
    this.path = join(this.#folder, "mapd.yaml");
    this.socket = join(this.#folder, "mapd.sock");
    t.teardown(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** Writes the domains with the common rules and HTTP on `port`. */
  write(domains: readonly string[], port: number): void {
    const head = `control-socket: ${this.socket}\nhttp: { listen: "127.0.0.1:${port}" }\n`;
    this.writeText(`${head}${RULES}\ndomains:${domains.join("")}`);
  }

  writeText(text: string): void {
    writeFileSync(this.path, text);
  }
}

export class DaemonProcess {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stderr = "";

  /** `words` is the whole command line, so that a test can put a wrapper before the daemon. */
  constructor(t: Test, words: readonly string[], environment: NodeJS.ProcessEnv = process.env) {
    const [command = "", ...args] = words;
    this.#child = spawn(command, args, {
      stdio: ["ignore", "ignore", "pipe"],
      env: environment,
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.#child.on("close", (status, signal) => resolve({ status, signal }));
    });
    t.teardown(async () => {
      this.kill("SIGKILL");
      await this.ended;
    });
  }

  /** All that it has written to standard error. */
  get log(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** How often the log holds the text. */
  count(text: string): number {
    return this.#stderr.split(text).length - 1;
  }

  /** Waits until the log holds the text `times` times. */
  async logged(text: string, times = 1): Promise<void> {
    await until(
      () => this.count(text) >= times || this.#child.exitCode !== null,
      () => `"${text}" in the log:\n${this.#stderr}`,
    );
    if (this.count(text) < times) {
      throw new Error(`mapd ended without logging "${text}":\n${this.#stderr}`);
    }
  }
}

export function mapdCommand(file: ConfigFile): readonly string[] {
  return [process.execPath, MAPD, "--config", file.path];
}

/** Starts the daemon and waits until its domains run. */
export async function startDaemon(t: Test, file: ConfigFile): Promise<DaemonProcess> {
  const daemon = new DaemonProcess(t, mapdCommand(file));
  await daemon.logged('"mapd runs"');
  return daemon;
}

/** Asks again and again, with a pause between, until `condition` holds; fails with what was waited for. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: () => string,
  pauseMs = 50,
): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(...words: readonly string[]): Output {
  const [command = "", ...args] = words;
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  return { status, stdout, stderr };
}

/** Runs `ip` with the words of a line; throws where it fails. */
export function ip(line: string): string {
  const { status, stdout, stderr } = run("ip", ...line.split(" "));
  if (status !== 0) throw new Error(`ip ${line}: ${stderr}`);
  return stdout;
}

/** Lines of `ip`'s answer, without the spaces at their ends. */
export function ipLines(line: string): string[] {
  return ip(line)
    .split("\n")
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

export function mapctl(file: ConfigFile, ...words: readonly string[]): Output {
  return run(process.execPath, MAPCTL, ...words, "--socket", file.socket);
}

export function mapd(...words: readonly string[]): Output {
  return run(process.execPath, MAPD, ...words);
}

/** An address for packets that the sandbox itself sends, and both forwarding switches on. */
export function prepareHost(): void {
  ip("address add 203.0.113.9/32 dev lo");
  setForwarding(1);
}

/** A device that is no TUN, up, for routes of somebody else. */
export function makeOther(t: Test, name: string): void {
  ip(`link add ${name} type veth peer name ${name}-peer`);
  ip(`link set ${name} up`);
  t.teardown(() => ip(`link del ${name}`));
}

/** Sets both forwarding switches of the sandbox. */
export function setForwarding(value: 0 | 1): void {
  const { status, stderr } = run(
    "sysctl",
    "-qw",
    `net.ipv4.ip_forward=${value}`,
    `net.ipv6.conf.all.forwarding=${value}`,
  );
  if (status !== 0) throw new Error(stderr);
}

export function deviceExists(name: string): boolean {
  return run("ip", "link", "show", name).status === 0;
}
