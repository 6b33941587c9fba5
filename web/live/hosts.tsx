/** Who on the LAN holds what: hosts, and the sessions of one of them. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Scroll } from "../ui/scroll.js";
import type { HostRow } from "./documents.js";
import type { Snapshot } from "./feed.js";
import { SessionTable } from "./session-table.js";
import { LIVE_TEXTS } from "./texts.js";
import { usePolled } from "./use-feed.js";

interface HostsProps {
  readonly snapshot: Snapshot;
  readonly domain: string;
}

const EVERY_TICKS = 2;

export function Hosts({ snapshot, domain }: HostsProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const [chosen, setChosen] = useState<string | null>(null);
  const query = new URLSearchParams({ domain, by: "sessions", limit: "50" });
  const document = usePolled("mapd.top/1", `hosts?${query}`, snapshot, EVERY_TICKS);
  const hosts = document?.hosts ?? [];
  const title = t("hosts", { domain });
  return (
    <Card title={title} name="hosts">
      {hosts.length === 0 ? (
        <p class="help">{t("no-hosts")}</p>
      ) : (
        <HostTable hosts={hosts} title={title} chosen={chosen} choose={setChosen} />
      )}
      {chosen === null ? null : <HostSessions snapshot={snapshot} domain={domain} host={chosen} />}
    </Card>
  );
}

interface HostTableProps {
  readonly hosts: readonly HostRow[];
  readonly title: string;
  readonly chosen: string | null;
  readonly choose: (host: string | null) => void;
}

function HostTable({ hosts, title, chosen, choose }: HostTableProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const language = useLanguage();
  return (
    <Scroll label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("host")}</th>
            {["sessions", "ports"].map((key) => (
              <th key={key} scope="col" class="number">
                {t(key === "ports" ? "ports" : "sessions")}
              </th>
            ))}
            {["TCP", "UDP", "ICMP"].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={host.address} data-host={host.address}>
              <th scope="row">
                <button
                  type="button"
                  class="link mono"
                  aria-expanded={host.address === chosen}
                  title={t("show-sessions", { host: host.address })}
                  onClick={() => choose(host.address === chosen ? null : host.address)}
                >
                  {host.address}
                </button>
              </th>
              {[host.sessions, host.ports, host.tcpPorts, host.udpPorts, host.icmpIds].map(
                (count, index) => (
                  <td key={index} class="number">
                    {count.toLocaleString(language)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function HostSessions({
  snapshot,
  domain,
  host,
}: HostsProps & { readonly host: string }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  return (
    <SessionTable
      snapshot={snapshot}
      filter={{ domain, host }}
      title={t("sessions-of", { host })}
    />
  );
}
