/** What a decoder read, octets beside their meaning; findings stand with the octets that they are about. */
import type { JSX } from "preact";
import type { Decoded } from "../../src/dhcp/decode.js";
import { FindingList } from "../calculator/findings.js";
import { useTexts } from "../i18n/context.js";
import { Scroll } from "../ui/scroll.js";
import { hexOf } from "./request.js";
import { DHCP_TEXTS } from "./texts.js";

interface OctetTableProps {
  readonly decoded: Decoded;
  /** Where they are said elsewhere they need not be said again. */
  readonly hideFindings?: boolean;
}

export function OctetTable({ decoded, hideFindings = false }: OctetTableProps): JSX.Element {
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
                {spaced(decoded.bytes.subarray(from, to))}
              </td>
              <td>{option}</td>
              <th scope="row">{field}</th>
              <td class="mono">{value}</td>
              <td>
                {meaning}
                {hideFindings ? null : <FindingList findings={diagnostics} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Two octets together, so that long fields break between them. */
function spaced(bytes: Uint8Array): string {
  return hexOf(bytes).replace(/(.{4})(?=.)/g, "$1 ");
}
