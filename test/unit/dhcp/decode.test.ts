/** Octets in, every one of them explained; each trap by its name, and where it is. */
import { test } from "tap";
import { type Decoded, decode, decodeText } from "../../../src/dhcp/decode.js";
import { formatHex } from "../../../src/dhcp/hex.js";
import { formatIpv6 } from "../../../src/wire/address.js";
import { loadVectors } from "../../support/vectors.js";

function decoded(text: string): Decoded {
  const read = decodeText(text);
  if (!read.ok) throw new Error(JSON.stringify(read.diagnostics));
  return read.value;
}

/** `code path@first octet of the row` */
function findingsOf({ spans, diagnostics }: Decoded): readonly string[] {
  return diagnostics.map((one) => {
    const row = spans.find((span) => span.diagnostics.includes(one));
    return `${one.severity} ${one.code}${row === undefined ? "" : ` @${row.from}`}`;
  });
}

test("every octet of a MAP-T container is explained", async (t) => {
  const { spans, containers, diagnostics } = decoded(
    "(005f0026)00590015011018c00002002820010db800005d000406000000005b00094020010db8ffff0000",
  );
  const rows = spans.map(({ from, to, depth, option, field, value, meaning }) => {
    return `${from}-${to} ${"  ".repeat(depth)}${option} ${field} ${value}: ${meaning}`;
  });
  t.strictSame(rows, [
    "0-2 S46_CONT_MAPT code 95: S46_CONT_MAPT: container of MAP-T: rules and one DMR",
    "2-4 S46_CONT_MAPT length 38: 38 octets",
    "4-6   S46_RULE code 89: S46_RULE: a mapping rule; one or more in a container",
    "6-8   S46_RULE length 21: 21 octets",
    "8-9   S46_RULE flags 0x01: F = 1: a forwarding mapping rule, too (mesh)",
    "9-10   S46_RULE ea-len 16: 16 EA bits behind the rule's prefix",
    "10-11   S46_RULE prefix4-len 24: the rule's IPv4 prefix has 24 bits; its field has four octets all the same",
    "11-15   S46_RULE ipv4-prefix 192.0.2.0: the rule's IPv4 prefix 192.0.2.0/24",
    "15-16   S46_RULE prefix6-len 40: the rule's IPv6 prefix has 40 bits, so 5 octets follow",
    "16-21   S46_RULE ipv6-prefix 2001:db8::: the rule's IPv6 prefix 2001:db8::/40",
    "21-23     S46_PORTPARAMS code 93: S46_PORTPARAMS: PSID offset, and an explicit PSID, left-justified in its 16 bits; at most one",
    "23-25     S46_PORTPARAMS length 4: 4 octets",
    "25-26     S46_PORTPARAMS offset 6: PSID offset a: ports below 1024 are in nobody's set",
    "26-27     S46_PORTPARAMS PSID-len 0: no explicit PSID: it comes from the EA bits",
    "27-29     S46_PORTPARAMS PSID 0x0000: no PSID is given here",
    "29-31   S46_DMR code 91: S46_DMR: default mapping rule: the prefix that stands for the IPv4 Internet; exactly one",
    "31-33   S46_DMR length 9: 9 octets",
    "33-34   S46_DMR prefix6-len 64: the DMR prefix has 64 bits, so 8 octets follow",
    "34-42   S46_DMR ipv6-prefix 2001:db8:ffff::: the DMR prefix 2001:db8:ffff::/64",
  ]);
  t.strictSame(diagnostics, []);
  const [container] = containers;
  t.strictSame(
    [container?.mode, container?.outcome, container?.from, container?.to, container?.rules.length],
    ["map-t", "accept", 0, 42, 1],
  );
});

const RULE = "0059000d001018c00002002820010db800";
const BR = "005a001020010db8ffff00000000000000000001";
const DMR = "005b00094020010db8ffff0000";

/** An option of the code in the first four digits, whose length is counted. */
function option(code: number, body: string): string {
  const length = body.length / 2;
  return [code, length].map((word) => word.toString(16).padStart(4, "0")).join("") + body;
}

const rule = (fixed: string, inner = ""): string => option(89, fixed + inner);
const FIXED = "001018c00002002820010db800";
const PARAMS = "005d000406000000";

/** Options, what is said of them and at which octet, and what becomes of each container. */
const TRAPS: readonly (readonly [string, string, readonly string[], string])[] = [
  [
    "no option 93 where addresses are shared",
    option(94, RULE + BR),
    ["warning s46-portparams-missing @9"],
    "accept",
  ],
  [
    "no option 93 where they are not shared",
    option(94, rule("000818c00002002820010db800") + BR),
    [],
    "accept",
  ],
  [
    "a PSID that is right-justified",
    option(94, rule("000020c00002123820010db8001234", "005d000406080034") + BR),
    ["warning s46-psid-alignment @29"],
    "accept",
  ],
  [
    "a PSID where its length says that there is none",
    option(94, rule(FIXED, "005d000406000034") + BR),
    ["warning s46-psid-alignment @27"],
    "accept",
  ],
  [
    "an offset that clients lose which ignore option 93",
    option(94, rule(FIXED, "005d000404000000") + BR),
    ["warning s46-portparams-ignored @25"],
    "accept",
  ],
  [
    "an explicit offset 0, which is not the default",
    option(94, rule(FIXED, "005d000400000000") + BR),
    ["warning system-ports @25", "warning s46-portparams-ignored @25"],
    "accept",
  ],
  [
    "reserved flags, such as F at the wrong end",
    option(94, rule(`80${FIXED.slice(2)}`, PARAMS) + BR),
    ["warning s46-flags @8"],
    "accept",
  ],
  [
    "bits beyond the IPv4 prefix",
    option(94, rule("001018c00002632820010db800", PARAMS) + BR),
    ["warning s46-pad-bits @11"],
    "accept",
  ],
  [
    "bits beyond the IPv6 prefix, in the last octet of /38",
    option(94, rule("001214cb0060002620010db8e3", PARAMS) + BR),
    ["warning s46-pad-bits @16"],
    "accept",
  ],
  [
    "a rule's prefix in 16 octets",
    option(94, rule("001018c00002002820010db8000000000000000000000000", PARAMS) + BR),
    ["error s46-prefix-bytes @15", "error s46-truncated @35"],
    "discard",
  ],
  [
    "a rule's /44 in five octets, where it takes six",
    option(94, rule("000c18c00002002c20010db800") + BR),
    ["error s46-prefix-bytes @15"],
    "discard",
  ],
  [
    "option 91 of a /44 that is one octet short, in a container that counts it",
    option(95, `${rule(FIXED, PARAMS)}005b00062c20010db80000`),
    ["error s46-prefix-bytes @33", "error s46-truncated @39"],
    "discard",
  ],
  [
    "octets behind the DMR's prefix",
    option(95, `${rule(FIXED, PARAMS)}005b000a4020010db8ffff000000`),
    ["error s46-prefix-bytes @42"],
    "discard",
  ],
  [
    "a DMR without octets",
    option(95, `${rule(FIXED, PARAMS)}005b0000`),
    ["error s46-prefix-bytes @31"],
    "discard",
  ],
  [
    "a DMR length that RFC 6052 cannot use",
    option(95, `${rule(FIXED, PARAMS)}005b00072c20010db8fff0`),
    ["error dmr-length @34"],
    "discard",
  ],
  [
    "a DMR longer than /96",
    option(95, `${rule(FIXED, PARAMS)}005b001180${"20010db8ffff".padEnd(32, "0")}`),
    ["error dmr-too-long @34"],
    "discard",
  ],
  [
    "a BR with a prefix length before it",
    option(94, `${rule(FIXED, PARAMS)}005a001180${"20010db8ffff".padEnd(32, "0")}`),
    ["error s46-br-len @33"],
    "discard",
  ],
  [
    "an IPv6 prefix of 129 bits",
    option(94, rule("001018c00002008120010db800") + BR),
    ["error s46-prefix-len @15"],
    "discard",
  ],
  [
    "an IPv4 prefix of 33 bits",
    option(94, rule("001021c00002002820010db800", PARAMS) + BR),
    ["error s46-prefix-len @10"],
    "discard",
  ],
  [
    "an EA length of 49",
    option(94, rule("003118c00002002820010db800") + BR),
    ["error ea-len-range @9"],
    "discard",
  ],
  [
    "port parameters of three octets",
    option(94, rule(FIXED, "005d0003060000") + BR),
    ["error s46-portparams-len @25"],
    "discard",
  ],
  [
    "port parameters twice",
    option(94, rule(FIXED, `${PARAMS}005d000404000000`) + BR),
    ["warning s46-portparams-twice @29"],
    "accept",
  ],
  [
    "port parameters of an IPv4 prefix",
    option(95, rule("000810c61200002820010db890", "005d000406080100") + DMR),
    ["warning s46-psid-of-prefix @26"],
    "accept",
  ],
  [
    "port parameters beside the rule instead of in it",
    option(94, RULE + PARAMS + BR),
    ["warning s46-portparams-missing @9", "warning s46-misplaced @21"],
    "accept",
  ],
  [
    "an explicit PSID beside EA bits",
    option(94, rule(FIXED, "005d000406083400") + BR),
    ["error psid-with-ea @27"],
    "discard",
  ],
  [
    "a rule of seven octets",
    option(94, `0059000700000000000000${BR}`),
    ["error s46-truncated @8"],
    "discard",
  ],
  ["MAP-T without a DMR", option(95, rule(FIXED, PARAMS)), ["error s46-content @0"], "ignore"],
  [
    "MAP-T with two DMRs",
    option(95, rule(FIXED, PARAMS) + DMR + DMR),
    ["error s46-content @0"],
    "ignore",
  ],
  [
    "a BR in MAP-T",
    option(95, rule(FIXED, PARAMS) + DMR + BR),
    ["error s46-content @42"],
    "ignore",
  ],
  ["MAP-E without a BR", option(94, rule(FIXED, PARAMS)), ["error s46-content @0"], "ignore"],
  ["MAP-E without a rule", option(94, BR), ["error s46-content @0"], "ignore"],
  [
    "a binding in MAP-E",
    option(94, `${rule(FIXED, PARAMS)}${BR}005c0005c000021200`),
    ["error s46-content @49"],
    "ignore",
  ],
  [
    "an option that claims more octets than there are",
    "005e00ff0059000d001018c00002002820010db800",
    ["error s46-content @0", "error s46-truncated @2", "warning s46-portparams-missing @9"],
    "discard",
  ],
  [
    "octets left over",
    option(94, `${rule(FIXED, PARAMS)}${BR}0000`),
    ["error s46-truncated @49"],
    "discard",
  ],
  [
    "a binding of lw4o6",
    option(96, `${option(92, `c00002128020010db8007700000000000000000001005d000400083400`)}${BR}`),
    [],
    "accept",
  ],
  [
    "two bindings of lw4o6",
    option(96, `${option(92, "c000021200")}${option(92, "c000021300")}${BR}`),
    ["error s46-content @0"],
    "ignore",
  ],
  ["lw4o6 without a BR", option(96, option(92, "c000021200")), ["error s46-content @0"], "ignore"],
];

for (const [name, text, findings, outcome] of TRAPS) {
  test(`trap: ${name}`, async (t) => {
    const result = decoded(text);
    t.strictSame(findingsOf(result), findings);
    t.strictSame(
      result.containers.map((one) => one.outcome),
      [outcome],
    );
  });
}

test("messages of traps say what the octets mean and what to write", async (t) => {
  const message = (text: string, code: string): string =>
    decoded(text).diagnostics.find((one) => one.code === code)?.message ?? "";
  const right = option(94, rule("000020c00002123820010db8001234", "005d000406080034") + BR);
  t.equal(
    message(right, "s46-psid-alignment"),
    "the PSID field 0x0034 has bits beyond its first 8; it is left-justified, so a receiver reads PSID 0x00: it looks right-justified; PSID 0x34 of 8 bits is written 0x3400",
  );
  const zero = option(94, rule(FIXED, "005d000400000000") + BR);
  t.equal(
    message(zero, "s46-portparams-ignored"),
    "a client that ignores option 93 would use offset 6: with PSID 0x01 it would send from 1028-1031, 2052-2055, 3076-3079, ..., here the ports of PSID 0x04, 0x08, 0x0c; check that the clients read option 93",
  );
  const four = option(94, rule(FIXED, "005d000404000000") + BR);
  t.match(message(four, "s46-portparams-ignored"), /here ports that belong to nobody;/);
});

test("options outside a container, and octets without one", async (t) => {
  t.strictSame(findingsOf(decoded(`${option(95, rule(FIXED, PARAMS) + DMR)}${BR}`)), [
    "error s46-outside @42",
  ]);
  t.strictSame(findingsOf(decoded("0017001020010db8ffff00000000000000000053")), [
    "error s46-no-container",
  ]);
});

test("the inside of a container is read as such: by its variable's name, or by what is in it", async (t) => {
  const hook = decoded(
    "new_dhcp6_s46_cont_mapt=0:59:0:15:0:10:18:c0:0:2:0:28:20:1:d:b8:0:0:5d:0:4:6:0:0:0:0:5b:0:9:40:20:1:d:b8:ca:fe:0:0",
  );
  t.strictSame([findingsOf(hook), hook.containers[0]?.outcome], [[], "accept"]);
  t.equal(formatHex(hook.bytes).slice(0, 8), "005f0026");
  const rows = [
    [RULE + BR, "map-e"],
    [RULE + DMR, "map-t"],
    [option(92, "c000021200") + BR, "lw4o6"],
  ] as const;
  for (const [text, mode] of rows) {
    const result = decoded(text);
    t.equal(result.containers[0]?.mode, mode);
    t.equal(result.diagnostics[0]?.code, "s46-inside-only");
  }
});

test("S46_PRIORITY gives the order, unless it is none", async (t) => {
  t.strictSame(decoded("006f0004005f005e").priority, [95, 94]);
  for (const text of ["006f0003005f00", "006f0004005f005f", "006f0000"]) {
    const { priority, diagnostics } = decoded(text);
    t.strictSame([priority, diagnostics.at(-1)?.code], [[], "s46-priority"], text);
  }
});

const CONTAINER = option(95, rule(FIXED, PARAMS) + DMR);
const REPLY = `07010203${option(1, "0003000102000000000a")}${CONTAINER}`;

function udp(payload: string): string {
  return `02230222${(payload.length / 2 + 8).toString(16).padStart(4, "0")}beef${payload}`;
}

function ipv6(payload: string): string {
  const ends = `fe80${"0".repeat(27)}1fe80${"0".repeat(27)}2`;
  return `60000000${(payload.length / 2).toString(16).padStart(4, "0")}1140${ends}${payload}`;
}

const ETHERNET = "333300010002020000000001";

test("options are found in a message, a relayed one, and in captured packets", async (t) => {
  const relayed = `0d00${"0".repeat(64)}${option(18, "65746830")}${option(9, REPLY)}`;
  const forms: readonly (readonly [string, string])[] = [
    ["a message", REPLY],
    ["a relayed message", relayed],
    ["UDP in IPv6", ipv6(udp(REPLY))],
    ["Ethernet", `${ETHERNET}86dd${ipv6(udp(REPLY))}0000`],
    ["Ethernet with a VLAN", `${ETHERNET}8100000286dd${ipv6(udp(REPLY))}`],
  ];
  for (const [name, text] of forms) {
    const { bytes, spans, containers, diagnostics } = decoded(text);
    t.strictSame(
      [
        containers.map(({ outcome, dmr }) => [outcome, dmr && formatIpv6(dmr.address)]),
        diagnostics,
      ],
      [[["accept", "2001:db8:ffff::"]], []],
      name,
    );
    const ends = [0, ...spans.map(({ to }) => to)];
    t.strictSame(
      [...spans.map(({ from }) => from), bytes.length],
      ends,
      `${name}: no octet is left out`,
    );
  }
});

test("containers are judged as the daemon's decoder judges them", async (t) => {
  for (const { id, hex } of loadVectors().dhcpv6) {
    const result = decode(new Uint8Array(Buffer.from(hex, "hex")));
    const failed = result.diagnostics.some(({ severity }) => severity === "error");
    t.equal(
      failed,
      result.containers.some(({ outcome }) => outcome !== "accept"),
      id,
    );
  }
});
