/** The texts in which people have octets. */
import { test } from "tap";
import { formatBracketed, formatHex, parseHex } from "../../../src/dhcp/hex.js";

const OCTETS = "005e002d00590015011018c00002002820010db800005d0004060000";

const FORMS: readonly (readonly [string, string, string?])[] = [
  ["plain", OCTETS],
  ["in capitals", OCTETS.toUpperCase()],
  ["as IP_MAP_Calculator prints it", `(${OCTETS.slice(0, 8)})${OCTETS.slice(8)}`],
  ["apart by blanks", "005e 002d 0059 0015 01 10 18 c0000200 28 20010db800 | 005d 0004 06 00 00"],
  [
    "with colons",
    "00:5e:00:2d:00:59:00:15:01:10:18:c0:00:02:00:28:20:01:0d:b8:00:00:5d:00:04:06:00:00",
  ],
  [
    "as dhclient prints it, without leading zeros",
    "new_dhcp6_s46_cont_mape=0:5e:0:2d:0:59:0:15:1:10:18:c0:0:2:0:28:20:1:d:b8:0:0:5d:0:4:6:0:0",
    "new_dhcp6_s46_cont_mape",
  ],
  ["as dhcpcd prints it", `export new_dhcp6_x='${OCTETS}'`, "new_dhcp6_x"],
  [
    "in C",
    "0x00, 0x5e, 0x00, 0x2d, 0x00, 0x59, 0x00, 0x15, 0x01, 0x10, 0x18, 0xc0, 0x00, 0x02, 0x00, 0x28, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x5d, 0x00, 0x04, 0x06, 0x00, 0x00",
  ],
  [
    "escaped",
    "\\x00\\x5e\\x00\\x2d\\x00\\x59\\x00\\x15\\x01\\x10\\x18\\xc0\\x00\\x02\\x00\\x28\\x20\\x01\\x0d\\xb8\\x00\\x00\\x5d\\x00\\x04\\x06\\x00\\x00",
  ],
  [
    "tcpdump -X, below its line about the packet",
    `12:00:00.000000 IP6 fe80::1.547 > fe80::2.546: dhcp6 reply
	0x0000:  005e 002d 0059 0015 0110 18c0 0002 0028  .^.-.Y.........(
	0x0010:  2001 0db8 0000 5d00 0406 0000            ......].....`,
  ],
  [
    "Wireshark's dump",
    `0000   00 5e 00 2d 00 59 00 15 01 10 18 c0 00 02 00 28   .^.-.Y.........(
0010   20 01 0d b8 00 00 5d 00 04 06 00 00                ......].....`,
  ],
  [
    "xxd",
    `00000000: 005e 002d 0059 0015 0110 18c0 0002 0028  .^.-.Y.........(
00000010: 2001 0db8 0000 5d00 0406 0000            .....].....`,
  ],
  [
    "hexdump -C, whose octets stand in two groups",
    `00000000  00 5e 00 2d 00 59 00 15  01 10 18 c0 00 02 00 28  |.^.-.Y.........(|
00000010  20 01 0d b8 00 00 5d 00  04 06 00 00              | .....].....|
0000001c`,
  ],
];

for (const [name, text, variable = ""] of FORMS) {
  test(`octets ${name}`, async (t) => {
    const read = parseHex(text);
    t.strictSame(read.ok && [formatHex(read.value.bytes), read.value.variable], [OCTETS, variable]);
  });
}

test("a dump's column of characters is none of octets, be it as short as they are", async (t) => {
  const read = parseHex("0000   64 62 61 62 63 64 65 66   db abcdef\n");
  t.equal(read.ok && formatHex(read.value.bytes), "6462616263646566");
});

test("what are no octets is refused with its reason", async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ["", "hex-empty"],
    ["005f0", "hex-odd"],
    ["005f\n00xy", "hex-syntax"],
  ];
  for (const [text, code] of rows) {
    const read = parseHex(text);
    t.strictSame([read.ok, ...read.diagnostics.map((one) => one.code)], [false, code], text);
  }
});

test("octets with the container's header in brackets are read again", async (t) => {
  const bytes = Uint8Array.from([0, 0x5f, 0, 1, 0xff]);
  t.equal(formatBracketed(bytes), "(005f0001)ff");
  const read = parseHex(formatBracketed(bytes));
  t.strictSame(read.ok && read.value.bytes, bytes);
});
