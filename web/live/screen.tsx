/** The daemon that serves this page, while somebody looks. It shows and never acts. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { ConnectionBar } from "./connection.js";
import { DomainTable } from "./domain-table.js";
import { Drops } from "./drops.js";
import type { Snapshot } from "./feed.js";
import { Health } from "./health.js";
import { Hosts } from "./hosts.js";
import { Identity } from "./identity.js";
import { PortUse } from "./ports.js";
import { LIVE_TEXTS } from "./texts.js";
import { Traffic } from "./traffic.js";
import { useFeed } from "./use-feed.js";
import "./live.css";

export function LiveScreen(): JSX.Element {
  return location.protocol === "file:" ? <FromFile /> : <Live />;
}

/** There is no daemon behind a file. */
function FromFile(): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  return (
    <section class="screen live">
      <Card title={t("title")} name="from-file">
        <p>{t("from-file")}</p>
        <pre class="mono">http://127.0.0.1:9464/</pre>
        <p>{t("from-elsewhere")}</p>
        <pre class="mono">ssh -L 9464:127.0.0.1:9464 HOST</pre>
      </Card>
    </section>
  );
}

function Live(): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const [snapshot, setToken] = useFeed();
  const [wanted, setWanted] = useState("");
  const { status, connection } = snapshot;
  const domains = status?.domains ?? [];
  const chosen = domains.find(({ name }) => name === wanted) ?? domains[0];
  const isStale = connection.state !== "live" && connection.state !== "paused";
  return (
    <section class={isStale ? "screen live stale" : "screen live"} aria-label={t("title")}>
      <ConnectionBar snapshot={snapshot} setToken={setToken} />
      {status === null ? null : <Health status={status} />}
      {chosen === undefined ? null : (
        <>
          <DomainTable
            snapshot={snapshot}
            domains={domains}
            chosen={chosen.name}
            choose={setWanted}
          />
          <DomainCards
            key={chosen.name}
            snapshot={snapshot}
            name={chosen.name}
            hasNat44={chosen.nat44 !== null}
          />
        </>
      )}
    </section>
  );
}

interface DomainCardsProps {
  readonly snapshot: Snapshot;
  readonly name: string;
  readonly hasNat44: boolean;
}

function DomainCards({ snapshot, name, hasNat44 }: DomainCardsProps): JSX.Element {
  const facts = snapshot.domains?.domains.find((one) => one.name === name);
  const statistics = snapshot.statistics?.domains.find((one) => one.name === name);
  return (
    <>
      <Traffic history={snapshot.history} domain={name} />
      {facts === undefined ? null : <Identity domain={facts} />}
      {statistics === undefined ? null : <Drops domain={statistics} />}
      {hasNat44 ? <PortUse snapshot={snapshot} domain={name} /> : null}
      {hasNat44 ? <Hosts snapshot={snapshot} domain={name} /> : null}
    </>
  );
}
