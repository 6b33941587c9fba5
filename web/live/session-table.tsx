/** Sessions that fit a filter, the first of them. */
import type { JSX } from "preact";
import { useTexts } from "../i18n/context.js";
import { Scroll } from "../ui/scroll.js";
import type { SessionRow } from "./documents.js";
import type { Snapshot } from "./feed.js";
import { LIVE_TEXTS } from "./texts.js";
import { usePolled } from "./use-feed.js";

interface SessionTableProps {
  readonly snapshot: Snapshot;
  /** Words of the API's query. */
  readonly filter: Readonly<Record<string, string>>;
  readonly title: string;
}

const SHOWN = 100;
const EVERY_TICKS = 2;

export function SessionTable({ snapshot, filter, title }: SessionTableProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const query = new URLSearchParams({ ...filter, limit: String(SHOWN) });
  const document = usePolled("mapd.sessions/1", `sessions?${query}`, snapshot, EVERY_TICKS);
  const sessions = document?.sessions ?? [];
  const more = (document?.matched ?? 0) - sessions.length;
  return (
    <div class="sessions" data-sessions-table>
      <h3>{title}</h3>
      {sessions.length === 0 ? (
        <p class="help">{t("no-sessions")}</p>
      ) : (
        <Scroll label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("protocol")}</th>
                <th scope="col">{t("inside")}</th>
                <th scope="col" class="number">
                  {t("external-port")}
                </th>
                <th scope="col">{t("remote")}</th>
                <th scope="col">{t("state")}</th>
                <th scope="col" class="number">
                  {t("remaining")}
                </th>
              </tr>
            </thead>
            <tbody>
              {sessions.map((row) => (
                <SessionLine key={keyOf(row)} row={row} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {more > 0 ? <p class="help">{t("more-sessions", { count: more })}</p> : null}
    </div>
  );
}

function SessionLine({ row }: { readonly row: SessionRow }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const remote =
    row.remoteAddress === null
      ? t("any-remote")
      : `${row.remoteAddress}${row.remotePort === null ? "" : `:${row.remotePort}`}`;
  return (
    <tr>
      <td>{row.protocol.toUpperCase()}</td>
      <td class="mono">{`${row.insideAddress}:${row.insidePort}`}</td>
      <td class="number">{row.externalPort}</td>
      <td class="mono">{remote}</td>
      <td>{row.state ?? "–"}</td>
      <td class="number">{t("seconds", { count: Math.round(row.remainingSeconds) })}</td>
    </tr>
  );
}

function keyOf(row: SessionRow): string {
  const { protocol, insideAddress, insidePort, externalPort, remoteAddress, remotePort } = row;
  return [protocol, insideAddress, insidePort, externalPort, remoteAddress, remotePort].join(" ");
}
