/** First, previous, a number to go to, next, last. At an end the buttons that lead beyond are off: nothing wraps unseen. */
import type { ComponentChild, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { useLanguage, useTexts } from "../i18n/context.js";
import { whole } from "../state/draft.js";
import { Icon } from "./icon.js";
import { UI_TEXTS } from "./texts.js";

interface StepperProps {
  readonly label: string;
  readonly name: string;
  readonly value: number;
  /** Values are 0..count - 1. */
  readonly count: number;
  readonly onStep: (value: number) => void;
  /** Longer steps, with buttons of their own on both sides. */
  readonly strides?: readonly number[];
}

export function Stepper(props: StepperProps): JSX.Element {
  const { label, value, count, onStep, strides = [] } = props;
  const t = useTexts(UI_TEXTS);
  const language = useLanguage();
  const id = useId();
  const last = count - 1;
  const to = (target: number): void => onStep(Math.min(last, Math.max(0, target)));
  const button = (face: ComponentChild, name: string, target: number): JSX.Element => (
    <button
      key={name}
      type="button"
      aria-label={t("step-of", { step: name, what: label })}
      title={name}
      disabled={target > value ? value >= last : value <= 0}
      onClick={() => to(target)}
    >
      {face}
    </button>
  );
  return (
    <div class="stepper" data-stepper={props.name}>
      <label for={id}>
        {label} {t("of-count", { count: count.toLocaleString(language) })}
      </label>
      <div class="stepper-row">
        {button(<Icon name="first" />, t("first"), Number.NEGATIVE_INFINITY)}
        {strides.toReversed().map((stride) => button(`−${stride}`, `−${stride}`, value - stride))}
        {button(<Icon name="previous" />, t("previous"), value - 1)}
        <NumberInput id={id} name={props.name} value={value} last={last} onCommit={to} />
        {button(<Icon name="next" />, t("next"), value + 1)}
        {strides.map((stride) => button(`+${stride}`, `+${stride}`, value + stride))}
        {button(<Icon name="last" />, t("last"), Number.POSITIVE_INFINITY)}
      </div>
    </div>
  );
}

interface NumberInputProps {
  readonly id: string;
  readonly name: string;
  readonly value: number;
  readonly last: number;
  readonly onCommit: (value: number) => void;
}

/** Takes effect as soon as it is a number in range; anything else stays red and changes nothing. */
function NumberInput({ id, name, value, last, onCommit }: NumberInputProps): JSX.Element {
  const t = useTexts(UI_TEXTS);
  const [typed, setTyped] = useState({ text: String(value), of: value });
  // What was typed stays while it means the value, or while it has changed nothing.
  const isKept = typed.of === value || whole(typed.text) === value;
  const text = isKept ? typed.text : String(value);
  const number = whole(text);
  const isWrong = number === null || number > last;
  return (
    <input
      id={id}
      name={name}
      type="text"
      inputMode="numeric"
      class="mono"
      autocomplete="off"
      value={text}
      aria-invalid={isWrong}
      title={isWrong ? t("whole-number", { text, least: 0, most: last }) : undefined}
      onInput={({ currentTarget }) => {
        const wanted = whole(currentTarget.value);
        setTyped({ text: currentTarget.value, of: value });
        if (wanted !== null && wanted <= last) onCommit(wanted);
      }}
      onBlur={() => setTyped({ text: String(value), of: value })}
      onKeyDown={(event) => {
        const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        setTyped({ text: String(value), of: Number.NaN });
        onCommit(value + step);
      }}
    />
  );
}
