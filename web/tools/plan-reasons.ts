/** Why a choice of a plan stands where it stands: in English the library's words, in Japanese these. */
import type { PlanChoice } from "../../src/map/plan.js";
import type { Language } from "../i18n/texts.js";

/** `fewest`: IPv4 addresses that the thriftiest choice takes. */
export function planReasons(choice: PlanChoice, fewest: number, language: Language): string {
  return language === "ja" ? japanese(choice, fewest).join("、") : choice.reasons.join("; ");
}

function japanese(choice: PlanChoice, fewest: number): readonly string[] {
  const { addressesUsed, excludedPorts, psidLen, subnetBits, rules, givesSystemPorts } = choice;
  const times = addressesUsed / fewest;
  const withheld = `各アドレスで ${excludedPorts} ポートを除外`;
  return [
    givesSystemPorts ? "システムポートも CE に割り当て" : "",
    subnetBits === 0 ? "CE には /64 が 1 つのみ" : `サブネット ${subnetBits} ビット`,
    times === 1 ? "IPv4 アドレス数が最少" : `IPv4 アドレス数が最少の ${round(times)} 倍`,
    psidLen === 0 ? "アドレスを共有しない" : givesSystemPorts ? "" : withheld,
    rules.length > 1 ? `${rules.length} ルール` : "",
    `IPv6 ブロックの ${round(choice.ipv6Share * 100)} %`,
  ].filter((reason) => reason !== "");
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
