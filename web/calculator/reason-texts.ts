/** Labels of reasons in Japanese; in English they speak for themselves. */
import type { Reason } from "../../src/map/why.js";
import type { Language } from "../i18n/texts.js";

export const REASONS_JA: Readonly<Record<string, string>> = {
  ipv6Len: "ルール IPv6 プレフィックス長",
  ipv4Len: "ルール IPv4 プレフィックス長",
  eaLen: "EA 長 (ビット)",
  psidOffset: "PSID オフセット (ビット)",
  mode: "方式",
  suffixLen: "EA ビット中の IPv4 サフィックス",
  psidBits: "EA ビット中の PSID",
  psidLen: "PSID 長 (ビット)",
  endUserPrefixLen: "エンドユーザー IPv6 プレフィックス長",
  subnetBits: "CE のサブネットビット",
  overwrittenBits: "上書きされる識別子ビット",
  contiguousBits: "連続範囲のビット",
  ceCount: "CE 数",
  addressCount: "IPv4 アドレス数",
  addressesPerCe: "CE あたり IPv4 アドレス数",
  sharingRatio: "共有比: 1 アドレスの CE 数",
  ipv4Share: "IPv4 空間に占める割合",
  ipv6Share: "IPv6 空間に占める割合",
  delegate: "DHCPv6 サーバーが委譲するプレフィックス",
  rangesPerCe: "CE のポート範囲数",
  rangeLen: "1 範囲のポート数",
  portsPerCe: "CE のポート数",
  excludedPorts: "1 アドレスの除外ポート",
  usablePorts: "ポート 0 を除く CE のポート数",
  portSum: "1 アドレスの全ポート",
  ruleIpv6Prefix: "ルール IPv6 プレフィックス",
  ruleIpv4Prefix: "ルール IPv4 プレフィックス",
  ea: "エンドユーザープレフィックスの EA ビット",
  host: "IPv4 サフィックス",
  psid: "PSID",
  ipv4: "IPv4",
  endUserPrefix: "エンドユーザー IPv6 プレフィックス",
  firstRange: "最初のポート範囲",
  lastRange: "最後のポート範囲",
  ports: "ポート",
  iid: "インターフェース識別子",
  mapIpv6: "MAP アドレス",
  name: "名前",
  forwarding: "転送ルール",
};

export function reasonLabel(
  { key, label }: Pick<Reason, "key" | "label">,
  language: Language,
): string {
  return language === "ja" ? (REASONS_JA[key] ?? label) : label;
}
