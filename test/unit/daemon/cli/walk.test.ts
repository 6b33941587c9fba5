/** mapctl walk as a user meets it: text and documents. */
import { test } from "tap";
import { documentIn, runMapctl } from "./run.js";

const RULE = "2001:db8::/40 192.0.2.0/24 16 6";

test("walk shows every step there and back", async (t) => {
  const outcome = await runMapctl("walk", RULE, "192.0.2.18:1232", "198.51.100.1:443");
  t.equal(outcome.status, 0);
  const lines = outcome.stdout.split("\n");
  t.same(lines.slice(0, 5), [
    "mode                 map-t, DMR 2001:db8:ffff::/64",
    "CE                   192.0.2.18, PSID 52, 2001:db8:12:3400:0:c000:212:34",
    "assumed              LAN host 192.168.1.10",
    "largest IPv4 packet  1480 bytes both ways without fragments",
    "result               there and back",
  ]);
  t.same(
    lines.filter((line) => /^[0-9]\./.test(line)),
    [
      "1. CE, from the LAN to the provider",
      "2. BR, from the CE to the Internet",
      "3. BR, the answer from the Internet",
      "4. CE, the answer to the LAN",
    ],
  );
});

test("walk --json has steps with headers, MTU, checksum and verdict", async (t) => {
  const words = [
    "192.168.1.10:50000",
    "198.51.100.1",
    "--br",
    "2001:db8:ffff::1",
    "--index",
    "0x1234",
  ];
  const document = documentIn(
    await runMapctl("walk", RULE, ...words, "--protocol", "icmp", "--json"),
  );
  t.match(document, {
    schema: "mapd.walk/1",
    mode: "map-e",
    dmrIpv6Prefix: null,
    brIpv6Address: "2001:db8:ffff::1",
    rule: { ruleIpv6Prefix: "2001:db8::/40", eaLen: 16 },
    ce: { ipv4: "192.0.2.18", psid: 52 },
    delivered: true,
    answered: true,
    largestIpv4: 1460,
    diagnostics: [],
  });
  t.equal((document.steps as readonly object[]).length, 4);
});

test("walk ends where a packet is dropped, and says so", async (t) => {
  const words = ["walk", RULE, "192.168.1.10:1", "198.51.100.1:2", "--length", "1500"];
  const outcome = await runMapctl(...words);
  t.match(outcome.stdout, /\nresult +ended at the CE: dropped: too_big\n/);
  const low = await runMapctl("walk", RULE, "192.168.1.10:1", "198.51.100.1:2", "--mtu", "1279");
  t.equal(low.status, 2);
  const both = await runMapctl(
    "walk",
    RULE,
    "10.0.0.1:1",
    "1.1.1.1:2",
    "--br",
    "::1",
    "--dmr",
    "::/96",
  );
  t.equal(both.status, 2);
  const six = await runMapctl("walk", RULE, "10.0.0.1:1", "2001:db8:5::1");
  t.equal(six.status, 5);
});
