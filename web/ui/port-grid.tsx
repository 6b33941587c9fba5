/**
 * All 65,536 ports of an address on one canvas, 256 a row. What a cell means is its paint: colour and pattern both. It
 * behaves like a slider for keyboards and screen readers, whose value is described in words.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export const SIDE = 256;
export const PORTS = SIDE * SIDE;
const LAST_PORT = PORTS - 1;

export type Pattern = "solid" | "lined" | "hatched" | "dotted";

export interface Paint {
  /** A custom property of the style sheet, `--port-own`. */
  readonly color: string;
  readonly pattern: Pattern;
}

interface PortGridProps {
  readonly label: string;
  /** One number a port: its row in `paints`. */
  readonly cells: Uint8Array;
  readonly paints: readonly Paint[];
  readonly cursor: number;
  readonly onCursor: (port: number) => void;
  readonly onPick: (port: number) => void;
  readonly describe: (port: number) => string;
}

export function PortGrid(props: PortGridProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { cells, paints, cursor } = props;
  const [themes, setThemes] = useState(0);
  useEffect(() => onThemeChange(() => setThemes((count) => count + 1)), []);
  // `themes`: a change of theme changes what the paints look like.
  useEffect(() => {
    // One frame at most: whatever changes within it is drawn once.
    const frame = requestAnimationFrame(() => draw(canvas.current, cells, paints, cursor));
    return () => cancelAnimationFrame(frame);
  }, [cells, paints, cursor, themes]);
  return (
    <canvas
      ref={canvas}
      class="port-grid"
      tabIndex={0}
      role="slider"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={LAST_PORT}
      aria-valuenow={cursor}
      aria-valuetext={props.describe(cursor)}
      onPointerMove={(event) => props.onCursor(portUnder(event))}
      onPointerDown={(event) => props.onCursor(portUnder(event))}
      onClick={(event) => props.onPick(portUnder(event))}
      onKeyDown={(event) => onKey(event, props)}
    />
  );
}

const KEYS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -SIDE,
  ArrowDown: SIDE,
  PageUp: -16 * SIDE,
  PageDown: 16 * SIDE,
  Home: -PORTS,
  End: PORTS,
};

function onKey(event: KeyboardEvent, { cursor, onCursor, onPick }: PortGridProps): void {
  const step = KEYS[event.key];
  if (step !== undefined) onCursor(Math.min(LAST_PORT, Math.max(0, cursor + step)));
  else if (event.key === "Enter" || event.key === " ") onPick(cursor);
  else return;
  event.preventDefault();
}

function portUnder({ currentTarget, clientX, clientY }: MouseEvent): number {
  if (!(currentTarget instanceof HTMLCanvasElement)) return 0;
  const box = currentTarget.getBoundingClientRect();
  const cell = (at: number, from: number, size: number): number =>
    Math.min(SIDE - 1, Math.max(0, Math.floor(((at - from) / size) * SIDE)));
  return cell(clientY, box.top, box.height) * SIDE + cell(clientX, box.left, box.width);
}

function onThemeChange(act: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", act);
  addEventListener("mapd-theme", act);
  addEventListener("resize", act);
  return () => {
    dark.removeEventListener("change", act);
    removeEventListener("mapd-theme", act);
    removeEventListener("resize", act);
  };
}

function draw(
  canvas: HTMLCanvasElement | null,
  cells: Uint8Array,
  paints: readonly Paint[],
  cursor: number,
): void {
  const context = canvas?.getContext("2d") ?? null;
  if (canvas === null || context === null) return;
  // Whole device pixels a cell, so that a lone port is as bright as any other.
  const shown = canvas.clientWidth * devicePixelRatio;
  const scale = Math.max(2, Math.round(shown / SIDE));
  const size = SIDE * scale;
  if (canvas.width !== size) {
    canvas.width = size;
    canvas.height = size;
  }
  const colours = paints.map(({ color }) => rgbaOf(canvas, color));
  const background = rgbaOf(canvas, "--port-ground");
  const image = context.createImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  for (let port = 0; port < PORTS; port++) {
    const row = cells[port] ?? 0;
    const paint = paints[row];
    if (paint === undefined) continue;
    fillCell(pixels, size, scale, port, paint.pattern, colours[row] ?? 0, background);
  }
  context.putImageData(image, 0, 0);
  drawCursor(context, canvas, cursor, scale);
}

function fillCell(
  pixels: Uint32Array,
  size: number,
  scale: number,
  port: number,
  pattern: Pattern,
  colour: number,
  background: number,
): void {
  const [left, top] = [(port % SIDE) * scale, Math.floor(port / SIDE) * scale];
  for (let y = top; y < top + scale; y++) {
    for (let x = left; x < left + scale; x++) {
      pixels[y * size + x] = isInked(pattern, x, y) ? colour : background;
    }
  }
}

function isInked(pattern: Pattern, x: number, y: number): boolean {
  if (pattern === "lined") return y % 4 !== 3;
  if (pattern === "hatched") return (x + y) % 6 < 2;
  return pattern === "solid" || x % 4 < 2 === y % 4 < 2;
}

/** A ring around the cell, in two colours so that it shows on any. */
function drawCursor(
  context: CanvasRenderingContext2D,
  canvas: HTMLCanvasElement,
  cursor: number,
  scale: number,
): void {
  const x = ((cursor % SIDE) + 0.5) * scale;
  const y = (Math.floor(cursor / SIDE) + 0.5) * scale;
  for (const [colour, radius] of [
    ["--port-ground", 5],
    ["--port-cursor", 3.5],
  ] as const) {
    context.strokeStyle = resolved(canvas, colour);
    context.lineWidth = scale * 0.8;
    context.strokeRect(
      x - radius * scale,
      y - radius * scale,
      2 * radius * scale,
      2 * radius * scale,
    );
  }
}

const probe = { context: null as CanvasRenderingContext2D | null };

/** The colour that a custom property has now, as the four bytes of a pixel. */
function rgbaOf(element: Element, property: string): number {
  probe.context ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const { context } = probe;
  if (context === null) return 0;
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = resolved(element, property);
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] ?? 0;
}

/** A custom property may say `light-dark(…)`, which only a real property resolves. */
function resolved(element: Element, property: string): string {
  if (!(element instanceof HTMLElement)) return "";
  const before = element.style.color;
  element.style.color = `var(${property})`;
  const { color } = getComputedStyle(element);
  element.style.color = before;
  return color;
}
