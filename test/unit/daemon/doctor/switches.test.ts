/** Kernel switches as the doctor judges them. */
import { test } from "tap";
import {
  advertisementCheck,
  forwardingCheck,
  reversePathCheck,
} from "../../../../daemon/doctor/check-switches.js";
import type { Found } from "../../../../daemon/doctor/finding.js";
import { BR_T } from "../samples.js";
import { contextOf, type Host, runCheck } from "./fake-host.js";

const FORWARD4 = "net/ipv4/ip_forward";
const FORWARD6 = "net/ipv6/conf/all/forwarding";

const forwarding: readonly { name: string; host: Host; expected: readonly string[] }[] = [
  {
    name: "both on",
    host: { sysctls: { [FORWARD4]: "1", [FORWARD6]: "1" } },
    expected: ["ok IPv4 is forwarded", "ok IPv6 is forwarded"],
  },
  {
    name: "one off",
    host: { sysctls: { [FORWARD4]: "1", [FORWARD6]: "0" } },
    expected: ["ok IPv4 is forwarded", "error IPv6 forwarding is off in the kernel"],
  },
  {
    name: "hidden /proc/sys: nothing is known, which is no error",
    host: { sysctls: null },
    expected: [
      "unknown net.ipv4.ip_forward: /proc/sys cannot be read here (ProcSubset=pid hides it); run the doctor as root",
      "unknown net.ipv6.conf.all.forwarding: /proc/sys cannot be read here (ProcSubset=pid hides it); run the doctor as root",
    ],
  },
];

for (const { name, host, expected } of forwarding) {
  test(`forwarding: ${name}`, async (t) => {
    t.same((await forwardingCheck.run(contextOf(host).context)).map(brief), expected);
  });
}

test("forwarding: evidence and remedy", async (t) => {
  const host = { sysctls: { [FORWARD4]: "0", [FORWARD6]: "1" } };
  const [first] = await forwardingCheck.run(contextOf(host).context);
  t.same(first, {
    severity: "error",
    message: "IPv4 forwarding is off in the kernel",
    evidence: "net.ipv4.ip_forward = 0",
    remedy: "sysctl -w net.ipv4.ip_forward=1",
  });
});

const DEFAULTS = "ip -4 route show default";
const OWN = "default dev mapt1 proto 200 metric 2048";

const filters: readonly {
  name: string;
  all: string;
  own: string;
  routes: string;
  expected: Found["severity"];
}[] = [
  { name: "off", all: "0", own: "0", routes: "", expected: "ok" },
  { name: "loose on the device", all: "1", own: "2", routes: "", expected: "ok" },
  {
    name: "strict, default route into the device",
    all: "1",
    own: "0",
    routes: OWN,
    expected: "ok",
  },
  {
    name: "strict, another default route first",
    all: "0",
    own: "1",
    routes: `default via 192.0.2.1 dev ppp0 metric 100\n${OWN}`,
    expected: "error",
  },
  {
    name: "strict, another default route after ours",
    all: "1",
    own: "1",
    routes: `default dev ppp0 metric 5000\n${OWN}`,
    expected: "ok",
  },
];

for (const { name, all, own, routes, expected } of filters) {
  test(`rp-filter: ${name}`, async (t) => {
    const sysctls = {
      "net/ipv4/conf/all/rp_filter": all,
      "net/ipv4/conf/mapt1/rp_filter": own,
    };
    const found = await runCheck(reversePathCheck, { sysctls, commands: { [DEFAULTS]: routes } });
    t.same(
      found.map(({ severity }) => severity),
      [expected],
    );
  });
}

test("rp-filter: strict on a border relay is in order", async (t) => {
  const sysctls = { "net/ipv4/conf/all/rp_filter": "1", "net/ipv4/conf/mapt0/rp_filter": "1" };
  t.match(await runCheck(reversePathCheck, { sysctls }, {}, BR_T), [{ severity: "ok" }]);
});

test("accept-ra: a default route that will expire", async (t) => {
  const commands = {
    "ip -6 route get *": "2001:db8:ffff:0:1:101:100:0 from :: via fe80::1 dev wan0 src 2001:db8::2",
    "ip -6 route show default dev wan0": "default via fe80::1 proto ra metric 1024 expires 1790sec",
  };
  const key = "net/ipv6/conf/wan0/accept_ra";
  const found = await runCheck(advertisementCheck, { sysctls: { [key]: "1" }, commands });
  t.match(found, [{ severity: "warning", remedy: "sysctl -w net.ipv6.conf.wan0.accept_ra=2" }]);
  const mended = await runCheck(advertisementCheck, { sysctls: { [key]: "2" }, commands });
  t.match(mended, [{ severity: "ok" }]);
});

function brief({ severity, message }: Found): string {
  return `${severity} ${message}`;
}
