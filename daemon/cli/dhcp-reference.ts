/** docs/dhcpv6.md: the options from their table, the traps from theirs, and examples that the code itself makes. */
import { type Decoded, decodeText } from "../../src/dhcp/decode.js";
import { encode, type S46Request } from "../../src/dhcp/encode.js";
import { formatBracketed, formatHex } from "../../src/dhcp/hex.js";
import { S46_OPTIONS } from "../../src/dhcp/options.js";
import { iscLines, keaOptionData } from "../../src/dhcp/snippets.js";
import { DHCP_CODES } from "../../src/lint/codes-dhcp.js";
import { checkRule } from "../../src/map/check.js";
import { parseIpv4Prefix, parseIpv6Prefix } from "../../src/map/prefix.js";

const HEADING = `# MAP rules in DHCPv6

<!-- Made by scripts/generate-docs.mjs from the tables in src/dhcp/ and src/lint/; do not edit. -->

A provider tells CEs their rules in DHCPv6 options (RFC 7598). \`mapctl dhcp encode\` writes them, octet by octet, as a server sends them;
\`mapctl dhcp decode\` explains octets from anywhere, names every trap in them, and says what a client makes of each container.
Neither sends anything.

\`\`\`
mapctl dhcp encode '2001:db8::/40 192.0.2.0/24 16 6' --dmr 2001:db8:ffff::/64        # MAP-T
mapctl dhcp encode metro --config mapd.yaml --br 2001:db8:ffff::1 --fmr --kea        # MAP-E, for Kea
mapctl dhcp encode '2001:db8:77::/64 192.0.2.18/32 0 0 8 0x34' --mode lw4o6 --br 2001:db8:ffff::1
tcpdump -r lease.pcap -x port 546 | mapctl dhcp decode
mapctl dhcp decode "$new_dhcp6_s46_cont_mape"                                        # in a hook of dhcpcd or dhclient
\`\`\`

\`decode\` reads plain hexadecimal, octets apart by colons, blanks or commas (dhclient leaves out leading zeros), \`(005f0026)0059...\` as
IP_MAP_Calculator prints it, \`NAME=...\` of a hook, and dumps of tcpdump -x, Wireshark, xxd and hexdump. It finds the options alone, in a
message, in a relayed one, and in a captured packet. Hooks get the inside of a container: its header is put before it, by the
variable's name or by what is in it; \`--inside\` says it where neither does. Exit status 5: a client would not take it.

## Options

`;

const CONTENT = `
| Content | MAP-E (94) | MAP-T (95) | lw4o6 (96) |
|---|---|---|---|
| S46_RULE (89) | one or more | one or more | no |
| S46_BR (90) | one or more | no | one or more |
| S46_DMR (91) | no | exactly one | no |
| S46_V4V6BIND (92) | no | no | at most one |
| S46_PORTPARAMS (93), inside 89 or 92 | at most one | at most one | at most one |

A container of another make is ignored as a whole (RFC 7598 §6), one with a wrong value discarded (RFC 7598 §8).

- Prefixes take as many octets as their length needs: a /40 five, a /38 five with two bits of zero, a /44 six. The IPv4 prefix of a rule
  always takes four.
- The PSID of option 93 is **left**-justified in its 16 bits: 0x34 of 8 bits is \`3400\`. In an interface identifier it is the
  other way round: 0x0034 (RFC 7597 §6).
- PSID length 0 says that the PSID comes from the EA bits. Without option 93 the offset is 6; an explicit 0 is something else.
- F is the lowest bit of a rule's flags: 0x01.
- Where no address is shared there are no ports to divide, and \`encode\` writes no option 93.

`;

/** The rule of RFC 7597 App. A. */
const REQUEST: S46Request = {
  mode: "map-t",
  rules: ruleOf(6),
  dmr: parseIpv6Prefix("2001:db8:ffff::/64"),
  brAddresses: [],
};
const ZERO: S46Request = { ...REQUEST, rules: ruleOf(0) };

function ruleOf(psidOffset: number): S46Request["rules"] {
  const [ipv6, ipv4] = [parseIpv6Prefix("2001:db8::/40"), parseIpv4Prefix("192.0.2.0/24")];
  if (ipv6 === null || ipv4 === null) return [];
  const checked = checkRule({ name: "metro", ipv6, ipv4, eaLen: 16, psidOffset }, "");
  return checked.ok ? [checked.value] : [];
}

export function dhcpPage(): string {
  const bytes = bytesOf(REQUEST);
  return [
    HEADING,
    optionTable(),
    CONTENT,
    "## Example\n\n",
    "MAP-T, 2001:db8::/40 and 192.0.2.0/24 with 16 EA bits, offset 6, DMR 2001:db8:ffff::/64:\n\n",
    `\`\`\`\n${formatBracketed(bytes)}\n\`\`\`\n\n`,
    octetTable(decoded(formatHex(bytes))),
    "\nThe same for Kea's `option-data`, and for ISC dhcpd:\n\n",
    `\`\`\`json\n${JSON.stringify(keaOptionData(REQUEST, bytes), null, 2)}\n\`\`\`\n\n`,
    `\`\`\`\n${iscLines(REQUEST, bytes)}\`\`\`\n\n`,
    SERVERS,
    traps(),
  ].join("");
}

function bytesOf(request: S46Request): Uint8Array {
  const encoded = encode(request);
  if (!encoded.ok) throw new Error(encoded.diagnostics.map(({ message }) => message).join("; "));
  return encoded.value;
}

function decoded(text: string): Decoded {
  const read = decodeText(text);
  if (!read.ok) throw new Error(read.diagnostics.map(({ message }) => message).join("; "));
  return read.value;
}

function optionTable(): string {
  const rows = S46_OPTIONS.map(({ code, name, body, about, rfc }) => {
    return `| ${code} | ${name} | ${body} | ${about} | ${rfc} |\n`;
  });
  return `| Code | Option | Body, bits | What it is | Clause |\n|---|---|---|---|---|\n${rows.join("")}`;
}

function octetTable({ spans, bytes }: Decoded): string {
  const rows = spans.map(({ from, to, option, field, value, meaning }) => {
    const octets = formatHex(bytes.subarray(from, to));
    return `| ${from} | \`${octets}\` | ${option} | ${field} | ${value} | ${meaning} |\n`;
  });
  return `| Octet | Hex | Option | Field | Value | Meaning |\n|---|---|---|---|---|---|\n${rows.join("")}`;
}

const SERVERS = `A test serves both with the real servers and compares the octets. Two things to know of Kea 2.2:

- It keeps one option of a code in a space: of several rules, or several BR addresses, it would send the first alone. \`--kea\` writes
  such containers as octets (\`csv-format: false\`).
- \`s46-portparams\` stands in \`s46-rule-options\`, which all rules of all containers in one scope share: put containers with
  different offsets or PSIDs into scopes of their own, or give them as octets.

## Traps

`;

function traps(): string {
  const rows = DHCP_CODES.map(({ code, severity, what, rfc, fix }) => {
    return `| \`${code}\` | ${severity} | ${what} | ${rfc} | ${fix} |\n`;
  });
  const head = "| Code | Severity | What is wrong | Clause | What to do |\n|---|---|---|---|---|\n";
  const bytes = bytesOf(ZERO);
  const { diagnostics } = decoded(formatHex(bytes));
  const ignored = diagnostics.find(({ code }) => code === "s46-portparams-ignored");
  const examples: readonly (readonly [string, string])[] = [
    [`offset 0, \`${formatHex(bytes)}\``, ignored?.message ?? ""],
    ...SLIPS.map(([what, hex]): readonly [string, string] => {
      const found = decoded(hex).diagnostics.find(({ code }) => code !== "dmr-not-64");
      return [`${what}, \`${hex}\``, found?.message ?? ""];
    }),
  ];
  const told = examples.map(([what, message]) => `- ${what}: *${message}*\n`).join("");
  return `${head}${rows.join("")}\nWhat \`decode\` says of some that were met in the field:\n\n${told}`;
}

const SLIPS: readonly (readonly [string, string])[] = [
  [
    "a PSID that is right-justified",
    "005f002c00590017000020c00002123820010db8001234005d000406080034005b000d600064ff9b0000000000000000",
  ],
  [
    "a DMR of /44 whose option is one octet short",
    "005f002400590015001018c00002002820010db800005d000406000000005b00062c20010db8fff0",
  ],
  [
    "a prefix that is filled up to 16 octets",
    "005e002e00590018001018c00002002820010db8000000000000000000000000005a0010000000000000000000000000000000ff",
  ],
];
