/** The MAP address as 128 bits that can be turned, and everything of it in hex and binary. */
import type { JSX } from "preact";
import type { Ce } from "../../src/map/ce.js";
import { formatIpv4Prefix, maskOf6, maskWords } from "../../src/map/prefix.js";
import { ruleFacts } from "../../src/map/rule.js";
import {
  addressBit,
  type BitField,
  type BitSource,
  ipv4Bits,
  mapAddressBits,
} from "../../src/map/ruler.js";
import type { Rule, Words6 } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { useTexts } from "../i18n/context.js";
import { flip } from "../state/moves.js";
import type { Store } from "../state/store.js";
import { BitRuler, FieldLegend } from "../ui/bit-ruler.js";
import { Card } from "../ui/card.js";
import { CopyButton } from "../ui/copy.js";
import { Scroll } from "../ui/scroll.js";
import { binary, hex } from "./rule-text.js";
import { CALCULATOR_TEXTS } from "./texts.js";

interface Props {
  readonly store: Store;
  readonly ce: Ce;
}

const ORDER: readonly BitField[] = ["rule6", "host", "psid", "subnet", "zero", "rule4"];

export function AddressCard({ store, ce }: Props): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { rule } = store.model;
  const sources = mapAddressBits(rule);
  const onFlip = (source: BitSource): void =>
    store.change((inputs, model) => flip(model.rule, inputs, source));
  const present = new Set(sources.map(({ field }) => field));
  const text = formatIpv6(ce.mapIpv6);
  return (
    <Card
      title={t("map-address")}
      name="address"
      actions={<Address text={text} what={t("map-ipv6")} />}
    >
      <BitRuler
        label={t("map-address")}
        name="map-address"
        sources={sources}
        bitAt={(at) => addressBit(ce.mapIpv6, at)}
        group={16}
        titleOf={(group) => hextet(ce.mapIpv6, group)}
        onFlip={onFlip}
      />
      <div class="ruler-row">
        <div>
          <h3>
            {t("ipv4-address")} <span class="mono">{formatIpv4Prefix(ce.ipv4)}</span>
          </h3>
          <BitRuler
            label={t("ipv4-address")}
            name="ipv4"
            sources={ipv4Bits(rule)}
            bitAt={(at) => ((ce.ipv4.address >>> (31 - at)) & 1 ? 1 : 0)}
            group={8}
            titleOf={(group) => String((ce.ipv4.address >>> (24 - 8 * group)) & 0xff)}
            onFlip={onFlip}
          />
        </div>
        <FieldLegend fields={ORDER.filter((field) => present.has(field))} />
      </div>
      <HexAndBinary rule={rule} ce={ce} index={store.model.good.ce} />
    </Card>
  );
}

function Address({ text, what }: { readonly text: string; readonly what: string }): JSX.Element {
  return (
    <>
      <data class="mono address" data-fact="mapIpv6" value={text}>
        {text}
      </data>
      <CopyButton text={text} what={what} />
    </>
  );
}

function hextet(words: Words6, group: number): string {
  const word = words[group >>> 1] ?? 0;
  return (group % 2 === 0 ? word >>> 16 : word & 0xffff).toString(16).padStart(4, "0");
}

interface HexProps {
  readonly rule: Rule;
  readonly ce: Ce;
  /** EA bits. */
  readonly index: number;
}

/** The reference's text block: prefixes whole in hex and in binary, EA bits under their place. */
function HexAndBinary({ rule, ce, index }: HexProps): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { ipv6, ipv4, eaLen } = rule;
  const end = ruleFacts(rule).endUserPrefixLen;
  const ea = binary(index, eaLen);
  const rows: readonly (readonly [string, string, string, string])[] = [
    [
      "rulePrefix",
      t("rule-prefix"),
      `${hexOf(ipv6.address)}/${ipv6.len}`,
      bitsOf(ipv6.address, ipv6.len),
    ],
    [
      "userPrefix",
      t("user-prefix"),
      `${hexOf(ce.endUserPrefix.address)}/${end}`,
      bitsOf(ce.endUserPrefix.address, end),
    ],
    ["eaBits", t("ea-row"), hex(index, eaLen), grouped(".".repeat(ipv6.len) + ea)],
    ["mapAddress", t("map-ipv6"), hexOf(ce.mapIpv6), bitsOf(ce.mapIpv6, 128)],
    [
      "ipv4",
      t("ipv4-row"),
      formatIpv4Prefix({ ...ipv4, address: ce.ipv4.address }),
      octets(ce.ipv4.address),
    ],
  ];
  return (
    <details class="more" data-details="hex-binary">
      <summary>{t("hex-binary")}</summary>
      <Scroll label={t("hex-binary")}>
        <table class="hex-table">
          <tbody>
            {rows.map(([key, label, text, bits]) => (
              <tr key={key} data-hex={key}>
                <th scope="row">{label}</th>
                <td class="mono">{text}</td>
                <td class="mono">{bits}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </details>
  );
}

function hexOf(words: Words6): string {
  return Array.from({ length: 8 }, (_, group) => hextet(words, group)).join(":");
}

/** At least the first 64 bits, as the rest of a prefix is all zeros; what the prefix does not cover is zero. */
function bitsOf(address: Words6, len: number): string {
  const masked = maskWords(address, maskOf6(len));
  const shown = len > 64 ? 128 : 64;
  return grouped(Array.from({ length: shown }, (_, at) => addressBit(masked, at)).join(""));
}

function grouped(bits: string): string {
  return bits.replace(/(.{16})(?=.)/g, "$1:");
}

function octets(address: number): string {
  return formatIpv4(address)
    .split(".")
    .map((octet) => binary(Number(octet), 8))
    .join(".");
}
