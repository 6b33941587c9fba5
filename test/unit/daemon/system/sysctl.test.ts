import { test } from "tap";
import { forwardingOff, forwardingReason, readSysctl } from "../../../../daemon/system/sysctl.js";

const cases = [
  { name: "both on", values: { v4: "1", v6: "1" }, reasons: [] },
  {
    name: "IPv4 off",
    values: { v4: "0", v6: "1" },
    reasons: ["IPv4 forwarding is off in the kernel: sysctl -w net.ipv4.ip_forward=1"],
  },
  {
    name: "both off",
    values: { v4: "0", v6: "0" },
    reasons: [
      "IPv4 forwarding is off in the kernel: sysctl -w net.ipv4.ip_forward=1",
      "IPv6 forwarding is off in the kernel: sysctl -w net.ipv6.conf.all.forwarding=1",
    ],
  },
  { name: "unreadable counts as on", values: { v4: null, v6: null }, reasons: [] },
  { name: "IPv6 forwarding 2 is on", values: { v4: "1", v6: "2" }, reasons: [] },
];

for (const c of cases) {
  test(`forwarding: ${c.name}`, async (t) => {
    const read = (key: string): string | null =>
      key === "net.ipv4.ip_forward" ? c.values.v4 : c.values.v6;
    t.same(forwardingOff(read).map(forwardingReason), c.reasons);
  });
}

test("readSysctl reads the kernel and knows what it does not know", async (t) => {
  t.match(readSysctl("kernel.ostype"), "Linux");
  t.equal(readSysctl("kernel.no_such_key"), null);
});
