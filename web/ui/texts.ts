import type { TextTable } from "../i18n/texts.js";

/** Of the small parts that every screen is made of. */
export const UI_TEXTS = {
  copy: ["Copy", "コピー"],
  copied: ["Copied", "コピーしました"],
  "copy-of": ["Copy: {what}", "コピー: {what}"],
  first: ["First", "最初"],
  previous: ["Previous", "前"],
  next: ["Next", "次"],
  last: ["Last", "最後"],
  "step-of": ["{step}: {what}", "{what}: {step}"],
  "of-count": ["of {count}", "全 {count}"],
  "bit-label": ["bit {at}: {value}, {field}", "ビット {at}: {value}、{field}"],
  "bit-fixed": ["{label}, always 0", "{label}、常に 0"],
  "ruler-keys": [
    "Left and right move, up and down or Space flip.",
    "左右キーで移動、上下キーまたは Space で反転します。",
  ],
  "field-rule6": ["rule IPv6 prefix", "ルール IPv6 プレフィックス"],
  "field-rule4": ["rule IPv4 prefix", "ルール IPv4 プレフィックス"],
  "field-host": ["IPv4 host bits (EA)", "IPv4 ホストビット (EA)"],
  "field-psid": ["PSID", "PSID"],
  "field-subnet": ["subnet ID", "サブネット ID"],
  "field-zero": ["zero padding", "ゼロ詰め"],
  "field-offset": ["PSID offset (A)", "PSID オフセット (A)"],
  "field-index": ["port within range (j)", "範囲内のポート (j)"],
  "table-of": ["{what}: table", "{what}: 表"],
  error: ["Error", "エラー"],
  warning: ["Warning", "警告"],
  "whole-number": [
    '"{text}" is not a whole number in {least}..{most}; nothing was changed.',
    "「{text}」は {least}〜{most} の整数ではありません。変更していません。",
  ],
} as const satisfies TextTable;
