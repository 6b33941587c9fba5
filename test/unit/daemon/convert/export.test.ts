/** One configuration in the words of every program: whole texts, and all that cannot be said. */
import { test } from "tap";
import { parseConfig } from "../../../../daemon/config/load.js";
import type { Config } from "../../../../daemon/config/types.js";
import { exportConfig } from "../../../../daemon/convert/export.js";
import { EXPORT_FORMATS } from "../../../../src/convert/formats.js";
import { DMR_STYLE } from "../../../../src/convert/nat46-style.js";
import { CONFIGURATION, EXPORTED } from "./exported.js";
import { EXPORTED_RULES } from "./exported-rules.js";

function configOf(text: string): Config {
  const checked = parseConfig(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.value;
}

for (const [name, write] of Object.entries(EXPORT_FORMATS)) {
  test(`${name}: the text and what it cannot say`, (t) => {
    const result = exportConfig(configOf(CONFIGURATION), { write, domain: undefined });
    const findings = result.diagnostics.map(({ code, path, message }) => {
      return `${code} ${path}: ${message}`;
    });
    t.strictSame({ text: result.text, findings }, { ...EXPORTED, ...EXPORTED_RULES }[name]);
    t.end();
  });
}

const RELAY = `
rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
domains:
  - name: relay
    mode: map-t
    role: br
    tun: { name: mapt0 }
    rules: [metro]
    dmr-ipv6-prefix: 2001:db8:ffff::/56
    traffic-class: 18
    mss-clamp: 1400
    icmp: { ipv4-sources: [203.0.113.1, 203.0.113.2], unreachables: false }
`;

test("vpp: a domain alone decides what is VPP's as a whole", (t) => {
  const write = EXPORT_FORMATS.vpp!;
  const { text, diagnostics } = exportConfig(configOf(RELAY), { write, domain: "relay" });
  t.equal(
    text,
    [
      "map add domain ip4-pfx 192.0.2.0/24 ip6-pfx 2001:db8::/40 ip6-src 2001:db8:ffff::/56 ea-bits-len 16 psid-offset 6 psid-len 8 mtu 1500 tag metro",
      "map params traffic-class 0x12",
      "map params tcp-mss 1400",
      "map params icmp source-address 203.0.113.1",
      "map params icmp6 unreachables off",
      "map params security-check on",
      "",
    ].join("\n"),
  );
  t.strictSame(
    diagnostics.map(({ message }) => message),
    [
      "on the interfaces of both sides: map interface NAME map-t",
      "VPP knows DMR lengths 64 and 96, not 56",
      "the first address is written, the others are not",
    ],
  );
  t.end();
});

test("nat46 and Jool: the BR's side of a domain", (t) => {
  const config = configOf(RELAY);
  const written = (name: string): string =>
    exportConfig(config, { write: EXPORT_FORMATS[name]!, domain: undefined }).text;
  t.equal(
    written("nat46"),
    [
      "echo add mapt0 > /proc/net/nat46/control",
      `echo config mapt0 local.style ${DMR_STYLE} local.v4 0.0.0.0/0 local.v6 2001:db8:ffff::/56 local.ea-len 0 local.psid-offset 0 remote.style MAP remote.v4 192.0.2.0/24 remote.v6 2001:db8::/40 remote.ea-len 16 remote.psid-offset 6 > /proc/net/nat46/control`,
      "",
    ].join("\n"),
  );
  t.strictSame(JSON.parse(written("jool")), {
    instance: "relay",
    framework: "netfilter",
    global: {
      pool6: "2001:db8:ffff::/56",
      "map-t-type": "BR",
      "lowest-ipv6-mtu": 1280,
      "amend-udp-checksum-zero": false,
      "override-tos": true,
      tos: 18,
      "rfc6791v4-prefix": "203.0.113.1/32",
    },
    fmrt: [
      {
        "ipv6 prefix": "2001:db8::/40",
        "ipv4 prefix": "192.0.2.0/24",
        "ea-bits length": 16,
        a: 6,
      },
    ],
  });
  t.end();
});
