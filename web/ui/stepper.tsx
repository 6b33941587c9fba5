/** First, previous, a number to go to, next, last. At an end the buttons that lead beyond are off: nothing wraps unseen. */
import type { ComponentChild, JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
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
  const [text, setText] = useState(String(value));
  useEffect(() => setText((now) => (whole(now) === value ? now : String(value))), [value]);
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
        setText(currentTarget.value);
        const typed = whole(currentTarget.value);
        if (typed !== null && typed <= last) onCommit(typed);
      }}
      onBlur={() => setText(String(value))}
      onKeyDown={(event) => {
        const step = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        onCommit(value + step);
      }}
    />
  );
}
