import type { TextTable } from "./texts.js";

/** Header, tabs and settings. */
export const PAGE_TEXTS = {
  skip: ["Skip to content", "本文へ移動"],
  tabs: ["Parts of the page", "ページの構成"],
  calculator: ["Calculator", "計算"],
  dhcp: ["DHCPv6", "DHCPv6"],
  tools: ["Tools", "ツール"],
  live: ["Live", "ライブ"],
  language: ["Language", "言語"],
  theme: ["Theme", "配色"],
  "theme-auto": ["Auto", "自動"],
  "theme-light": ["Light", "ライト"],
  "theme-dark": ["Dark", "ダーク"],
  footer: [
    "Everything is computed here, by the code that carries the packets. Nothing leaves this browser.",
    "すべてこのブラウザー内で、パケット処理と同じコードで計算します。外部には何も送信しません。",
  ],
  licences: ["Licences", "ライセンス"],
} as const satisfies TextTable;
