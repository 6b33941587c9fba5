/** Numbers as people read them. */

const STEPS = [
  { from: 1e9, prefix: "G" },
  { from: 1e6, prefix: "M" },
  { from: 1e3, prefix: "k" },
] as const;

/** Three digits and an SI prefix: `12.3 Mbit/s`. A dash where nothing is known. */
export function withPrefix(value: number | null, unit: string, language: string): string {
  if (value === null) return "–";
  const step = STEPS.find(({ from }) => value >= from);
  const scaled = step === undefined ? value : value / step.from;
  const maximumFractionDigits = scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2;
  const number = scaled.toLocaleString(language, { maximumFractionDigits });
  return `${number} ${step?.prefix ?? ""}${unit}`;
}

export function whole(value: number, language: string): string {
  return value.toLocaleString(language);
}

/** `2 d 03:04:05` */
export function duration(seconds: number): string {
  const total = Math.floor(seconds);
  const days = Math.floor(total / 86_400);
  const parts = [Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return days === 0 ? clock : `${days} d ${clock}`;
}
