/**
 * A router beside the BR: a namespace with BIRD that speaks BGP with the BIRD of docs/border-relays.md, which runs beside mapd.
 *
 *   sandbox: mapd, BIRD             namespace "router": BIRD
 *   br-up 10.9.0.1 fd09::1  ------  up 10.9.0.2 fd09::2, behind it the MAP domain
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Test } from "tap";
import { ip, ipLines, until } from "./daemon-under-test.js";

const PAGE = fileURLToPath(new URL("../../../docs/border-relays.md", import.meta.url));

const ROUTER = `
router id 10.9.0.2;
protocol device { scan time 1; }
protocol kernel out4 { ipv4 { import none; export all; }; }
protocol kernel out6 { ipv6 { import none; export all; }; }
protocol bgp down4 { local 10.9.0.2 as 65002; neighbor 10.9.0.1 as 65001; connect delay time 1;
  ipv4 { import all; export none; }; }
protocol bgp down6 { local fd09::2 as 65002; neighbor fd09::1 as 65001; connect delay time 1;
  ipv6 { import all; export none; }; }
`;

/** The configuration that the page shows. */
function shown(): string {
  const [, text] = /```bird\n([\s\S]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? [];
  if (text === undefined) throw new Error(`${PAGE} shows no configuration of BIRD`);
  return text;
}

export class Router {
  /** Lines of `ip route` for what BGP has brought, both families. */
  routes(): string[] {
    return [
      ...ipLines("-n router -4 route show proto bird"),
      ...ipLines("-n router -6 route show proto bird"),
    ];
  }

  /** Milliseconds until it holds so many routes. */
  async has(count: number, sinceMs = performance.now()): Promise<number> {
    await until(
      () => this.routes().length === count,
      () => `${count} routes; there are:\n${this.routes().join("\n")}`,
      1,
    );
    return Math.round(performance.now() - sinceMs);
  }
}

/** Both ends, as long as the test lasts. */
export async function startRouter(t: Test): Promise<Router> {
  ip("netns add router");
  ip("link add br-up type veth peer name up netns router");
  for (const [at, dev, host] of [
    ["", "br-up", 1],
    ["-n router ", "up", 2],
  ] as const) {
    ip(`${at}address add 10.9.0.${host}/24 dev ${dev}`);
    ip(`${at}address add fd09::${host}/64 dev ${dev} nodad`);
    ip(`${at}link set dev ${dev} up`);
  }
  ip("-n router link set lo up");
  ip("-6 route add 2001:db8::/40 via fd09::2");
  const folder = mkdtempSync(join(tmpdir(), "mapd-bird-"));
  const birds = [
    bird(folder, "br", [], shown()),
    bird(folder, "router", ["ip", "netns", "exec", "router"], ROUTER),
  ];
  t.teardown(async () => {
    await Promise.all(birds.map(ended));
    ip("link del br-up");
    ip("netns del router");
    rmSync(folder, { recursive: true });
  });
  return new Router();
}

function bird(
  folder: string,
  name: string,
  before: readonly string[],
  configuration: string,
): ChildProcess {
  const path = join(folder, `${name}.conf`);
  writeFileSync(path, configuration);
  const files = ["-c", path, "-s", join(folder, `${name}.ctl`), "-P", join(folder, `${name}.pid`)];
  const [command = "", ...args] = [...before, "bird", "-f", ...files];
  return spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGKILL");
  await end;
}
