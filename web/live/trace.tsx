/** Packets as they pass, with what became of them. Begins when the reader says so, and ends when nobody looks. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { TERMS } from "../../src/tun/trace/filter-text.js";
import { useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { CheckField, TextField } from "../ui/field.js";
import { Scroll } from "../ui/scroll.js";
import { LIVE_TEXTS } from "./texts.js";
import { readTrace, type TraceEnd } from "./trace-reader.js";

interface TraceProps {
  readonly domain: string;
  readonly token: string;
}

/** What is to be traced; the same once more is another wish. */
interface Wish {
  readonly query: URLSearchParams;
}

interface Line {
  readonly id: number;
  readonly verdict: "forwarded" | "dropped" | "absorbed" | "held";
  readonly text: string;
}

interface Trail {
  /** Newest first. */
  readonly lines: readonly Line[];
  readonly lost: number;
}

const NO_TRAIL: Trail = { lines: [], lost: 0 };
const MOST_LINES = 200;
/** How often what has come is shown, milliseconds. */
const SHOW_MS = 250;

export function Trace({ domain, token }: TraceProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const [filter, setFilter] = useState("");
  const [isDrops, setIsDrops] = useState(false);
  const [wish, setWish] = useState<Wish | null>(null);
  const { trail, end, clear } = useTrace(wish, token);
  const isOn = wish !== null && end === null;
  const start = (): void => {
    const words = { domain, filter: filter.trim(), drops: String(isDrops) };
    setWish({ query: new URLSearchParams(words) });
  };
  const toggle = (): void => (isOn ? setWish(null) : start());
  return (
    <Card title={t("trace", { domain })} name="trace">
      <div class="trace-form">
        <TextField
          label={t("trace-filter")}
          name="trace-filter"
          placeholder="host 192.0.2.18 and port 1232"
          value={filter}
          isWrong={end?.kind === "refused"}
          onInput={setFilter}
          onEnter={start}
        />
        <CheckField
          label={t("trace-drops")}
          name="trace-drops"
          checked={isDrops}
          onChange={setIsDrops}
        />
        <button type="button" class={isOn ? undefined : "primary"} onClick={toggle}>
          {t(isOn ? "trace-stop" : "trace-start")}
        </button>
        <button type="button" disabled={trail.lines.length === 0} onClick={clear}>
          {t("trace-clear")}
        </button>
      </div>
      <EndText end={end} />
      {isOn || trail.lines.length > 0 ? (
        <Lines trail={trail} title={t("trace", { domain })} />
      ) : null}
      <p class="help">{t("trace-help")}</p>
      <details class="more">
        <summary>{t("trace-terms")}</summary>
        <ul class="help mono">
          {Object.values(TERMS).map((term) => (
            <li key={term}>{term}</li>
          ))}
        </ul>
      </details>
    </Card>
  );
}

function EndText({ end }: { readonly end: TraceEnd | null }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const text =
    end === null || end.kind === "aborted"
      ? ""
      : end.kind === "gone"
        ? t("trace-ended")
        : t("trace-refused", { message: end.message });
  return (
    <p role="status" class="wrong">
      {text}
    </p>
  );
}

function Lines({ trail, title }: { readonly trail: Trail; readonly title: string }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  return (
    <Scroll label={title}>
      {trail.lines.length === 0 ? <p class="help">{t("trace-waiting")}</p> : null}
      <ol class="trace-list mono">
        {trail.lines.map(({ id, verdict, text }) => (
          <li key={id} data-verdict={verdict}>
            <span class={`verdict-${verdict}`}>{t(verdict)}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {trail.lost > 0 ? <p class="help">{t("trace-lost", { count: trail.lost })}</p> : null}
    </Scroll>
  );
}

interface Traced {
  readonly trail: Trail;
  /** null while it goes on, and before the first. */
  readonly end: TraceEnd | null;
  readonly clear: () => void;
}

/** Traces while there is a wish and somebody looks. */
function useTrace(wish: Wish | null, token: string): Traced {
  const [trail, setTrail] = useState(NO_TRAIL);
  const [end, setEnd] = useState<TraceEnd | null>(null);
  const isHidden = useHidden();
  const ids = useRef(0);
  useEffect(() => {
    setEnd(null);
    if (wish === null || isHidden) return;
    const control = new AbortController();
    let fresh: Line[] = [];
    let lost = 0;
    const show = (): void => {
      if (fresh.length === 0 && lost === 0) return;
      const [lines, count] = [fresh, lost];
      [fresh, lost] = [[], 0];
      setTrail((before) => ({
        lines: [...lines, ...before.lines].slice(0, MOST_LINES),
        lost: before.lost + count,
      }));
    };
    const timer = setInterval(show, SHOW_MS);
    void readTrace(wish.query, token, control.signal, {
      onPacket: (text, { verdict }) => fresh.unshift({ id: ids.current++, verdict, text }),
      onLost: (count) => {
        lost += count;
      },
    }).then((ended) => {
      show();
      if (ended.kind !== "aborted") setEnd(ended);
    });
    return () => {
      clearInterval(timer);
      control.abort();
    };
  }, [wish, token, isHidden]);
  return { trail, end, clear: () => setTrail(NO_TRAIL) };
}

function useHidden(): boolean {
  const [isHidden, setIsHidden] = useState(document.hidden);
  useEffect(() => {
    const follow = (): void => setIsHidden(document.hidden);
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, []);
  return isHidden;
}
