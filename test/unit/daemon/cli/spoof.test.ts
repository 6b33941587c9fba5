/** mapctl spoof: a table, a document, and a capture that check-pcap judges by the same verdicts. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { documentIn, runMapctl } from "./run.js";

const RULE = "2001:db8::/40 192.0.2.0/24 16 6";
const CONFIG = `
rules:
  metro: { rule-ipv6-prefix: "2001:db8::/40", rule-ipv4-prefix: 192.0.2.0/24, ea-len: 16 }
domains:
  - { name: br, mode: map-t, role: br, tun: { name: map0 }, rules: [metro], dmr-ipv6-prefix: "2001:db8:ffff::/64" }
`;

interface Made {
  readonly what: string;
  readonly legal: boolean;
  readonly verdict: string;
}

test("spoof writes a capture, which check-pcap judges alike", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-spoof-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const [capture, config] = [join(folder, "spoofs.pcapng"), join(folder, "mapd.yaml")];
  writeFileSync(config, CONFIG);
  const words = ["spoof", RULE, "--index", "0x1234", "-o", capture, "--json"];
  const { packets, ...document } = documentIn(await runMapctl(...words));
  t.match(document, {
    schema: "mapd.spoof/1",
    mode: "map-t",
    dmrIpv6Prefix: "2001:db8:ffff::/64",
    brIpv6Address: null,
    ce: { endUserIpv6Prefix: "2001:db8:12:3400::/56", psid: 52 },
    diagnostics: [],
  });
  const made = packets as readonly Made[];
  t.same([made.length, made.filter(({ legal }) => legal).length], [14, 4]);
  const checked = documentIn(await runMapctl("check-pcap", capture, "--config", config, "--json"));
  t.match(checked, {
    input: { packets: 14, notIp: 0, cut: 0 },
    dropped: {
      ipv4: { destination_port_excluded: 1 },
      ipv6: {
        source_psid_mismatch: 3,
        source_port_excluded: 1,
        source_iid_mismatch: 4,
        ipv6_source_not_in_domain: 1,
      },
    },
  });
  t.match(await runMapctl(...words), { status: 1, stderr: /it exists/ });
});

test("spoof says what makes no border relay", async (t) => {
  const rows: readonly (readonly [number, RegExp, ...string[]])[] = [
    [2, /not both/, "--dmr", "2001:db8:ffff::/64", "--br", "2001:db8:ffff::1"],
    [5, /index 65536 is not in/, "--index", "65536"],
    [5, /dmr/, "--dmr", "2001:db8::/32"],
  ];
  for (const [status, stderr, ...words] of rows) {
    t.match(await runMapctl("spoof", RULE, ...words), { status, stderr }, words.join(" "));
  }
});
