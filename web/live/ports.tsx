/** The port set of a CE on the map of all ports: what is in use, and what was. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { SelectField } from "../ui/field.js";
import { PortGrid } from "../ui/port-grid.js";
import { Scroll } from "../ui/scroll.js";
import { type PortBlock, type Ports, PROTOCOLS, type Protocol } from "./documents.js";
import type { Snapshot } from "./feed.js";
import { cellsOf, PAINTS, stateAt, USES } from "./port-heat.js";
import { SessionTable } from "./session-table.js";
import { LIVE_TEXTS } from "./texts.js";
import { usePolled } from "./use-feed.js";
import "./ports.css";

interface PortUseProps {
  readonly snapshot: Snapshot;
  readonly domain: string;
}

const EVERY_TICKS = 2;
/** What a reader can take in, and a browser draw every other second. */
const MOST_RANGES = 64;
const MOST_CELLS = 16;

export function PortUse({ snapshot, domain }: PortUseProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const [protocol, setProtocol] = useState<Protocol>("tcp");
  const [picked, setPicked] = useState<number | null>(null);
  const query = new URLSearchParams({ domain, each: "true" });
  const ports = usePolled("mapd.ports/1", `ports?${query}`, snapshot, EVERY_TICKS);
  const actions = (
    <SelectField
      label={t("protocol")}
      name="live-protocol"
      value={protocol}
      options={PROTOCOLS.map((one) => [one, one.toUpperCase()] as const)}
      onChange={setProtocol}
    />
  );
  return (
    <Card title={t("port-use", { domain })} name="port-use" actions={actions}>
      {ports === null ? null : (
        <PortHeat key={protocol} ports={ports} protocol={protocol} onPick={setPicked} />
      )}
      {picked === null ? null : (
        <SessionTable
          snapshot={snapshot}
          filter={{ domain, protocol, externalPort: String(picked) }}
          title={t("sessions-of-port", { port: picked })}
        />
      )}
    </Card>
  );
}

interface PortHeatProps {
  readonly ports: Ports;
  readonly protocol: Protocol;
  readonly onPick: (port: number) => void;
}

function PortHeat({ ports, protocol, onPick }: PortHeatProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const cells = useCells(ports, protocol);
  const [cursor, setCursor] = useState(ports.blocks[0]?.first ?? 0);
  const describe = (port: number): string => t("port-of", { port, what: t(stateAt(cells, port)) });
  return (
    <div class="port-columns">
      <figure class="port-map">
        <PortGrid
          label={t("port-map-label", { protocol: protocol.toUpperCase() })}
          cells={cells}
          paints={PAINTS}
          cursor={cursor}
          onCursor={setCursor}
          onPick={onPick}
          describe={describe}
        />
        <figcaption>
          <div class="readout">
            <output data-readout>{describe(cursor)}</output>
          </div>
          <ul class="legend">
            {USES.map((use) => (
              <li key={use}>
                <span class={`swatch heat-${use}`} aria-hidden="true" />
                {t(use)}
              </li>
            ))}
          </ul>
          <p class="help">{t("port-map-help")}</p>
        </figcaption>
      </figure>
      <div class="port-side">
        <Gauges ports={ports} />
        <h3>{t("ranges")}</h3>
        <Ranges blocks={ports.blocks} protocol={protocol} cells={cells} />
      </div>
    </div>
  );
}

/** Remembers what was in use, as long as the card is on the screen. */
function useCells(ports: Ports, protocol: Protocol): Uint8Array {
  const known = useRef<{ of: Ports; cells: Uint8Array } | null>(null);
  if (known.current?.of !== ports) {
    const runs = ports.runs?.[protocol] ?? [];
    const cells = cellsOf(ports.blocks, runs, known.current?.cells ?? null);
    known.current = { of: ports, cells };
  }
  return known.current.cells;
}

/** How much of the set each protocol uses. */
function Gauges({ ports }: { readonly ports: Ports }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const language = useLanguage();
  return (
    <dl class="gauges">
      {PROTOCOLS.map((protocol) => {
        const { used, forward, reserved } = ports.protocols[protocol];
        const busy = used + forward;
        const text = t("use-of", {
          used: busy.toLocaleString(language),
          count: ports.count.toLocaleString(language),
        });
        const label = protocol.toUpperCase();
        return (
          <div key={protocol}>
            <dt>{label}</dt>
            <dd>
              <meter
                aria-label={`${label}: ${text}`}
                min={0}
                max={Math.max(1, ports.count - reserved)}
                high={0.85 * (ports.count - reserved)}
                value={busy}
              />
              <data data-used={protocol} value={String(used)}>
                {text}
              </data>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

interface RangesProps {
  readonly blocks: readonly PortBlock[];
  readonly protocol: Protocol;
  readonly cells: Uint8Array;
}

/** The map under a glass: the ports of each range, and how many of them are not free. */
function Ranges({ blocks, protocol, cells }: RangesProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const more = blocks.length - MOST_RANGES;
  return (
    <>
      <Scroll label={t("ranges")}>
        <ol class="range-list">
          {blocks.slice(0, MOST_RANGES).map((block) => {
            const { first, last } = block;
            const count = last - first + 1;
            const used = count - block[protocol].free;
            return (
              <li key={first}>
                <span class="mono">{first === last ? first : `${first}–${last}`}</span>
                {count > MOST_CELLS ? null : <Cells first={first} last={last} cells={cells} />}
                <span class="quiet">{t("range-use", { used, count })}</span>
              </li>
            );
          })}
        </ol>
      </Scroll>
      {more > 0 ? <p class="help">{t("more-ranges", { count: more })}</p> : null}
    </>
  );
}

function Cells({
  first,
  last,
  cells,
}: {
  readonly first: number;
  readonly last: number;
  readonly cells: Uint8Array;
}): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const ports = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return (
    <span class="cells" aria-hidden="true">
      {ports.map((port) => {
        const use = stateAt(cells, port);
        return <i key={port} class={`heat-${use}`} title={t("port-of", { port, what: t(use) })} />;
      })}
    </span>
  );
}
