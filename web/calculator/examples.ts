/** Rules to begin with: one of each kind, with what is worth seeing in it. All addresses are for documentation. */
import type { Text } from "../i18n/texts.js";

export interface Example {
  readonly name: Text;
  /** Query of a permalink. */
  readonly query: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    name: ["RFC 7597 App. A: shared, /56 a user", "RFC 7597 App. A: 共有、/56"],
    query: "rule=rfc7597|2001:db8::|40|192.0.2.0|24|16|6&ce=4660",
  },
  {
    name: ["A whole address a user", "1 ユーザー 1 アドレス"],
    query: "rule=whole|2001:db8:8000::|40|203.0.113.0|24|8|0&ce=18",
  },
  {
    name: ["An IPv4 prefix a user", "ユーザーごとに IPv4 プレフィックス"],
    query: "rule=prefix|2001:db8:4000::|44|198.51.100.0|24|4|0&ce=3",
  },
  {
    name: ["1:1, one PSID provisioned", "1:1、PSID 設定済み"],
    query: "rule=one|2001:db8:12:3400::|56|192.0.2.18|32|0|6&psid-len=8&psid=52",
  },
  {
    name: ["draft-03 identifier, 15 × 16 ports", "draft-03 識別子、15 × 16 ポート"],
    query: "rule=draft|2001:db8::|40|198.51.100.0|24|16|4&iid=draft-03&ce=4660&mode=map-e",
  },
  {
    name: ["No port offset: system ports, too", "オフセットなし (システムポートを含む)"],
    query: "rule=contiguous|2001:db8::|40|192.0.2.0|24|14|0&ce=1",
  },
  {
    name: ["EA bits beyond the /64", "/64 を越える EA ビット"],
    query: "rule=long|2001:db8:0:fff0::|60|192.0.2.0|24|16|6&ce=4660",
  },
];
