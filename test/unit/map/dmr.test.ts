/** What the vectors do not say of DMRs: non-global addresses, prefixes of others. */
import { test } from "tap";
import { Dmr } from "../../../src/map/dmr.js";
import { NON_GLOBAL_IPV4 } from "../../../src/verdict.js";
import { ipv4, ipv6Prefix, words } from "../../support/vectors.js";

const WELL_KNOWN = ipv6Prefix("64:ff9b::/96");

/** Each block of RFC 6890 §2.2.2 that is not global, with its neighbours outside. */
const blocks = [
  { inside: ["0.0.0.0", "0.255.255.255"], outside: ["1.0.0.0"] },
  { inside: ["10.0.0.0", "10.255.255.255"], outside: ["9.255.255.255", "11.0.0.0"] },
  { inside: ["100.64.0.0", "100.127.255.255"], outside: ["100.63.255.255", "100.128.0.0"] },
  { inside: ["127.0.0.1", "127.255.255.255"], outside: ["126.255.255.255", "128.0.0.0"] },
  { inside: ["169.254.0.0", "169.254.255.255"], outside: ["169.253.255.255", "169.255.0.0"] },
  { inside: ["172.16.0.0", "172.31.255.255"], outside: ["172.15.255.255", "172.32.0.0"] },
  { inside: ["192.0.0.0", "192.0.0.255"], outside: ["191.255.255.255", "192.0.1.0"] },
  { inside: ["192.168.0.0", "192.168.255.255"], outside: ["192.167.255.255", "192.169.0.0"] },
  { inside: ["198.18.0.0", "198.19.255.255"], outside: ["198.17.255.255", "198.20.0.0"] },
  { inside: ["224.0.0.0", "255.255.255.255"], outside: ["223.255.255.255"] },
  { inside: [], outside: ["192.0.2.33", "198.51.100.9", "203.0.113.254"] },
];

for (const { inside, outside } of blocks) {
  test(`behind 64:ff9b::/96: not ${inside.join(" to ")}`, (t) => {
    const dmr = new Dmr(WELL_KNOWN);
    const own = new Dmr(ipv6Prefix("2001:db8:ffff::/64"));
    const out = new Uint32Array(4).fill(7);
    for (const text of inside) {
      t.equal(dmr.embed(ipv4(text), out), NON_GLOBAL_IPV4, text);
      t.same([...out], [7, 7, 7, 7]);
      t.notOk(dmr.admits(ipv4(text)), text);
      t.ok(own.admits(ipv4(text)), text);
    }
    for (const text of outside) t.ok(dmr.admits(ipv4(text)), text);
    t.end();
  });
}

test("64:ff9b:1::/96 is not the well-known prefix", (t) => {
  t.ok(new Dmr(ipv6Prefix("64:ff9b:1::/96")).admits(ipv4("10.0.0.1")));
  t.end();
});

test("an address outside the prefix does not match", (t) => {
  t.notOk(new Dmr(WELL_KNOWN).matches(words("64:ff9b:0:0:0:1::")));
  t.notOk(new Dmr(ipv6Prefix("2001:db8:ffff::/64")).matches(words("2001:db8::1")));
  t.end();
});

test("a length that RFC 6052 does not know is a bug of the caller", (t) => {
  t.throws(() => new Dmr(ipv6Prefix("2001:db8::/44")), RangeError);
  t.end();
});
