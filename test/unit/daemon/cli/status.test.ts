import { test } from "tap";
import { duration, size, statusCommand } from "../../../../daemon/cli/status.js";
import { runCommand } from "./live-daemon.js";

test("text for people", async (t) => {
  const { status, output } = await runCommand(t, statusCommand, {}, false);
  t.equal(status, 0);
  t.equal(
    output,
    `mapd           1.2.3, up 1d 2h
ready          no, degraded
               IPv4 forwarding is off
configuration  0123456789ab

domain: br-t
  mode        map-t br
  device      mapt0, 1 queue, csum tso4 tso6 tso-ecn
  dmr prefix  2001:db8:ffff::/64
  rules       1
  mtu         ipv6 1500, ipv4 1500
  in          ipv4 0 packets 0 B, ipv6 0 packets 0 B
  out         ipv4 0 packets 0 B, ipv6 0 packets 0 B
  dropped     0

domain: ce-t
  mode             map-t ce
  device           mapt1, 1 queue, csum tso4 tso6 tso-ecn
  end-user prefix  2001:db8:12:3400::/56
  map address      2001:db8:12:3400:0:c000:212:34
  ipv4             192.0.2.18, psid 52 (0x34)
  ports            252 in 63 ranges
  dmr prefix       2001:db8:ffff::/64
  rule             metro
  mtu              ipv6 1500, ipv4 1480
  in               ipv4 2 packets 2.93 KiB, ipv6 0 packets 0 B
  out              ipv4 0 packets 0 B, ipv6 0 packets 0 B
  dropped          5 (mapctl counters --nonzero)
  nat44            to 192.0.2.18, address-dependent filtering, tcp port reuse when-exhausted
                   ports used: tcp 40 of 252, udp 30 of 252, icmp 0 of 252 (mapctl ports)
                   0 of 65536 sessions (mapctl sessions)
                   0 configured forwards (mapctl forward list)
`,
  );
});

test("a state file and what is wrong with it", async (t) => {
  const state = {
    file: "/var/lib/mapd/state",
    restoredSessions: 12,
    lostSessions: 3,
    problem: "cannot write it: no space",
  };
  const { output } = await runCommand(t, statusCommand, {}, false, { state });
  t.match(
    output,
    `configuration  0123456789ab
state file     /var/lib/mapd/state, 12 sessions restored, 3 lost
               cannot write it: no space

domain: br-t
`,
  );
});

test("one document with --json", async (t) => {
  const { status, output } = await runCommand(t, statusCommand, {}, true);
  t.equal(status, 0);
  t.match(JSON.parse(output), { schema: "mapd.status/1", ready: false });
});

for (const [seconds, text] of [
  [0.4, "0s"],
  [59.9, "59s"],
  [60, "1m"],
  [3661, "1h 1m"],
  [86_400, "1d"],
  [200_000, "2d 7h"],
] as const) {
  test(`duration ${seconds}`, async (t) => t.equal(duration(seconds), text));
}

for (const [bytes, text] of [
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.50 KiB"],
  [5 * 2 ** 30, "5.00 GiB"],
  [2 ** 62, "4096.00 PiB"],
] as const) {
  test(`size ${bytes}`, async (t) => t.equal(size(bytes), text));
}
