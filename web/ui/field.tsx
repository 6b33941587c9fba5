/** Fields of a form: a label, a control, and where it is a length a slider that says the same. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onEnter?: () => void;
  readonly isWrong?: boolean;
  readonly placeholder?: string;
  /** Keeps the label for screen readers alone. */
  readonly hideLabel?: boolean;
  readonly name?: string;
}

export function TextField(props: TextFieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={props.hideLabel === true ? "hidden" : undefined}>
        {props.label}
      </label>
      <input
        id={id}
        type="text"
        class="mono"
        name={props.name}
        value={props.value}
        placeholder={props.placeholder}
        aria-invalid={props.isWrong === true}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
        onKeyDown={({ key }) => {
          if (key === "Enter") props.onEnter?.();
        }}
      />
    </div>
  );
}

interface TextAreaProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly help: string;
  readonly onInput: (value: string) => void;
}

export function TextArea({ label, name, value, help, onInput }: TextAreaProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        name={name}
        class="mono"
        rows={4}
        value={value}
        aria-describedby={`${id}-help`}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <p class="help" id={`${id}-help`}>
        {help}
      </p>
    </div>
  );
}

interface LengthFieldProps {
  readonly label: string;
  readonly symbol: string;
  readonly name: string;
  readonly value: string;
  readonly least: number;
  readonly most: number;
  readonly isWrong: boolean;
  readonly onInput: (value: string) => void;
}

/** One text behind both: what the slider shows is what the field says, and so what the rule says. */
export function LengthField(props: LengthFieldProps): JSX.Element {
  const id = useId();
  const { value, least, most, onInput } = props;
  return (
    <div class="length-field">
      <label for={id}>
        <span>{props.label}</span> <var>{props.symbol}</var>
      </label>
      <input
        type="range"
        aria-label={`${props.label}, ${least}–${most}`}
        min={least}
        max={most}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
      <input
        id={id}
        type="text"
        inputMode="numeric"
        class="mono"
        name={props.name}
        value={value}
        aria-invalid={props.isWrong}
        autocomplete="off"
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        onKeyDown={(event) => {
          const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
          if (step === undefined || !/^\d+$/.test(value)) return;
          event.preventDefault();
          onInput(String(Math.min(most, Math.max(least, Number(value) + step))));
        }}
      />
    </div>
  );
}

interface SelectFieldProps<T extends string> {
  readonly label: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

export function SelectField<T extends string>(props: SelectFieldProps<T>): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        name={props.name}
        value={props.value}
        onChange={({ currentTarget }) => {
          const chosen = props.options.find(([value]) => value === currentTarget.value);
          if (chosen !== undefined) props.onChange(chosen[0]);
        }}
      >
        {props.options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, name, checked, onChange }: CheckFieldProps): JSX.Element {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        checked={checked}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

interface ButtonProps {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly disabled?: boolean;
  readonly label?: string;
  readonly class?: string;
}

export function Button(props: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      class={props.class}
      disabled={props.disabled === true}
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
