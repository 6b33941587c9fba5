/** What a decoder read, octets beside their meaning; findings stand with the octets that they are about. */
import type { JSX } from "preact";
import type { Decoded } from "../../src/dhcp/decode.js";
import { FindingList } from "../calculator/findings.js";
import { useTexts } from "../i18n/context.js";
import { Scroll } from "../ui/scroll.js";
import { hexOf } from "./request.js";
import { DHCP_TEXTS } from "./texts.js";

export function OctetTable({ decoded }: { readonly decoded: Decoded }): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  return (
    <Scroll label={t("take-apart")}>
      <table class="octets">
        <thead>
          <tr>
            {(["at", "option", "field", "value", "meaning"] as const).map((column) => (
              <th key={column} scope="col">
                {t(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {decoded.spans.map(({ from, to, depth, option, field, value, meaning, diagnostics }) => (
            <tr key={from} data-span={from}>
              <td class={`mono depth-${Math.min(depth, 3)}`}>
                {hexOf(decoded.bytes.subarray(from, to))}
              </td>
              <td>{option}</td>
              <th scope="row">{field}</th>
              <td class="mono">{value}</td>
              <td>
                {meaning}
                <FindingList findings={diagnostics} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
