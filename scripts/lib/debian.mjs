// Debian packages that the build, the lab and the tests need, by the program that shows they are there.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";

/** What the addon is built with and the lab runs. */
const LAB_PROGRAMS = [
  { program: "ip", package: "iproute2", why: "namespaces, addresses and routes" },
  { program: "unshare", package: "util-linux", why: "the lab's sandbox" },
  { program: "mount", package: "mount", why: "the lab's sandbox" },
  { program: "python3", package: "python3", why: "node-gyp" },
  { program: "make", package: "make", why: "the TUN addon" },
  { program: "cc", package: "gcc", why: "the TUN addon" },
  { program: "c++", package: "g++", why: "raw-socket, which the tests inject with" },
  { program: "ping", package: "iputils-ping", why: "checks" },
  { program: "curl", package: "curl", why: "checks" },
  { program: "iperf3", package: "iperf3", why: "checks" },
  { program: "dig", package: "bind9-dnsutils", why: "checks" },
  { program: "dnsmasq", package: "dnsmasq-base", why: "the lab's DNS server" },
  { program: "ethtool", package: "ethtool", why: "the lab's links" },
  { program: "tshark", package: "tshark", why: "dissecting what crosses the wire" },
  { program: "dumpcap", package: "wireshark-common", why: "captures" },
];

/** What only tests run. `service`: the unit that the package brings, which no test needs. */
const TEST_PROGRAMS = [
  { program: "dpkg-shlibdeps", package: "dpkg-dev", why: "the Debian package" },
  { program: "nft", package: "nftables", why: "firewalls that mapctl doctor must find" },
  { program: "natpmpc", package: "natpmpc", why: "a NAT-PMP client, for the tests" },
  {
    program: "turnserver",
    package: "coturn",
    service: "coturn",
    why: "how NAT44 looks to a STUN server",
  },
  {
    program: "bird",
    package: "bird2",
    service: "bird",
    why: "a routing daemon beside a BR, for the tests",
  },
  {
    program: "prometheus",
    package: "prometheus",
    service: "prometheus",
    why: "scraping mapd, and promtool",
  },
  {
    program: "kea-dhcp6",
    package: "kea-dhcp6-server",
    service: "kea-dhcp6-server",
    why: "a DHCPv6 server that is told of rules",
  },
  {
    program: "dhcpd",
    package: "isc-dhcp-server",
    service: "isc-dhcp-server",
    why: "another DHCPv6 server",
  },
  { program: "clang-14", package: "clang-14", why: "the classifier, checked against its source" },
  { program: "man", package: "man-db", why: "the man pages, rendered" },
  { program: "groff", package: "groff-base", why: "the man pages, checked" },
  { program: "chromium", package: "chromium", why: "the page, in a real browser" },
  { program: "zsh", package: "zsh", why: "completion, in zsh" },
  { program: "fish", package: "fish", why: "completion, in fish" },
];

// An ordinary user's PATH leaves out where Debian keeps ip, ethtool and dnsmasq.
const FOLDERS = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];

function isThere(program) {
  return FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function aptGet(args) {
  // What apt-get says goes to standard error: standard output belongs to the caller's document.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, error } = spawnSync("apt-get", args, { stdio: ["ignore", 2, 2], env });
  if (error !== undefined) throw new Error(`apt-get: ${error.message}`);
  if (status !== 0) throw new Error(`apt-get ${args.join(" ")}: status ${status}`);
}

/** A package that is installed for its program alone must not leave a service running on somebody's machine. */
function disableServices(say, programs) {
  const units = programs.map(({ service }) => service).filter((unit) => unit !== undefined);
  if (units.length === 0 || !isThere("systemctl")) return;
  const isRunning = existsSync("/run/systemd/system");
  const args = ["disable", ...(isRunning ? ["--now"] : []), ...units];
  say(`running: systemctl ${args.join(" ")}`);
  spawnSync("systemctl", args, { stdio: ["ignore", 2, 2] });
}

/** What `npm start` needs, or with `tests` what `npm test` needs beside. */
export function installForProject(say, { tests }) {
  installMissingPackages(say, tests ? [...LAB_PROGRAMS, ...TEST_PROGRAMS] : LAB_PROGRAMS);
}

/** Names what is missing, then installs it; throws with the command to type where it may not. */
export function installMissingPackages(say, programs) {
  const missing = programs.filter(({ program }) => !isThere(program));
  if (missing.length === 0) return;
  for (const { program, package: name, why } of missing) {
    say(`missing: ${program} of the Debian package ${name} (${why})`);
  }
  const names = [...new Set(missing.map(({ package: name }) => name))];
  const install = ["install", "-y", "--no-install-recommends", ...names];
  if (process.getuid() !== 0) {
    throw new Error(`run as root: apt-get update && apt-get ${install.join(" ")}`);
  }
  say("running: apt-get update");
  aptGet(["-q", "update"]);
  say(`running: apt-get ${install.join(" ")}`);
  aptGet(["-q", ...install]);
  disableServices(say, missing);
}
