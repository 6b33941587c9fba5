/** Canvases take their colours from the style sheet once, and have to do so again with another theme. */
import { useEffect, useState } from "preact/hooks";

/** Grows with each change of the theme, the reader's or the system's. */
export function useThemeCount(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const grow = (): void => setCount((before) => before + 1);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", grow);
    addEventListener("mapd-theme", grow);
    return () => {
      dark.removeEventListener("change", grow);
      removeEventListener("mapd-theme", grow);
    };
  }, []);
  return count;
}
