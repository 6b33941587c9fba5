/** The bits of an address or a port, each with what it belongs to: by colour, by pattern and by letter. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { type BitField, type BitSource, fieldRuns } from "../../src/map/ruler.js";
import { useTexts } from "../i18n/context.js";
import { UI_TEXTS } from "./texts.js";

/** Letters of the fields, as the legend explains them. */
export const FIELD_LETTERS: Readonly<Record<BitField, string>> = {
  rule6: "R",
  rule4: "V",
  host: "H",
  psid: "S",
  subnet: "N",
  zero: "0",
  offset: "A",
  index: "J",
};

interface BitRulerProps {
  readonly label: string;
  readonly name: string;
  readonly sources: readonly BitSource[];
  readonly bitAt: (at: number) => 0 | 1;
  /** Bits of a group, 16 or 8. */
  readonly group: number;
  /** Text above each group. */
  readonly titleOf: (group: number) => string;
  readonly onFlip: (source: BitSource) => void;
}

export function BitRuler(props: BitRulerProps): JSX.Element {
  const t = useTexts(UI_TEXTS);
  const box = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState(0);
  const { sources, group } = props;
  const last = sources.length - 1;
  const move = (at: number): void => {
    const target = Math.min(last, Math.max(0, at));
    setFocus(target);
    box.current?.querySelector<HTMLElement>(`[data-bit="${target}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = { ArrowLeft: focus - 1, ArrowRight: focus + 1, Home: 0, End: last }[event.key];
    const source = sources[focus];
    if (target !== undefined) move(target);
    else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && source !== undefined)
      props.onFlip(source);
    else return;
    event.preventDefault();
  };
  const groups = Array.from({ length: sources.length / group }, (_, index) => index);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons, no group of form fields
    <div
      class={`ruler ruler-${group}`}
      role="group"
      aria-label={`${props.label}. ${t("ruler-keys")}`}
      data-ruler={props.name}
      ref={box}
      onKeyDown={onKeyDown}
    >
      {groups.map((index) => (
        <BitGroup key={index} {...props} index={index} focus={focus} onFocus={setFocus} />
      ))}
    </div>
  );
}

interface BitGroupProps extends BitRulerProps {
  readonly index: number;
  readonly focus: number;
  readonly onFocus: (at: number) => void;
}

function BitGroup(props: BitGroupProps): JSX.Element {
  const { index, group, sources } = props;
  const from = index * group;
  const own = sources.slice(from, from + group);
  return (
    <div class="bit-group">
      <div class="bit-title mono">
        <span>{props.titleOf(index)}</span>
        <span class="quiet">{from}</span>
      </div>
      <div class="bits">
        {own.map((source, offset) => (
          <Bit key={from + offset} {...props} source={source} at={from + offset} />
        ))}
      </div>
      <div class="bit-letters" aria-hidden="true">
        {fieldRuns(own).map(({ field, from: first, to }) => (
          <span
            key={first}
            class={`field-${field}`}
            style={{ gridColumn: `${first + 1} / ${to + 1}` }}
          >
            {FIELD_LETTERS[field]}
          </span>
        ))}
      </div>
    </div>
  );
}

interface BitProps extends BitGroupProps {
  readonly source: BitSource;
  readonly at: number;
}

function Bit({ source, at, bitAt, focus, onFocus, onFlip }: BitProps): JSX.Element {
  const t = useTexts(UI_TEXTS);
  const value = bitAt(at);
  const isFixed = source.of === "fixed";
  const label = t("bit-label", { at, value, field: t(`field-${source.field}`) });
  return (
    <button
      type="button"
      class={`bit field-${source.field}`}
      data-bit={at}
      tabIndex={at === focus ? 0 : -1}
      aria-pressed={value === 1}
      aria-disabled={isFixed}
      aria-label={isFixed ? t("bit-fixed", { label }) : label}
      title={label}
      onFocus={() => onFocus(at)}
      onClick={() => onFlip(source)}
    >
      {value}
    </button>
  );
}

/** What the letters mean, for the fields that occur. */
export function FieldLegend({ fields }: { readonly fields: readonly BitField[] }): JSX.Element {
  const t = useTexts(UI_TEXTS);
  return (
    <ul class="legend">
      {fields.map((field) => (
        <li key={field}>
          <span class={`swatch field-${field}`} aria-hidden="true">
            {FIELD_LETTERS[field]}
          </span>
          {t(`field-${field}`)}
        </li>
      ))}
    </ul>
  );
}
