// Ends this process when the npm that runs it is gone: a SIGKILL of npm reaches npm alone, and its
// orphans would run on.
import { readFileSync } from "node:fs";

const PERIOD_MS = 500;

/** Name and parent of a process by proc(5); the name in parentheses may hold spaces. */
function look(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [open, close] = [stat.indexOf("("), stat.lastIndexOf(")")];
    const [, parent] = stat
      .slice(close + 1)
      .trim()
      .split(" ");
    return { name: stat.slice(open + 1, close), parent: Number(parent) };
  } catch {
    return { name: "", parent: 0 };
  }
}

/** This process's ancestors up to npm, which starts scripts through a shell that may stay between. */
function ancestors() {
  const { name, parent } = look(process.ppid);
  return /^(sh|dash|bash)$/.test(name) ? [process.ppid, parent] : [process.ppid];
}

export function followParent() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const before = ancestors().join();
  const timer = setInterval(() => {
    if (ancestors().join() !== before) process.exit(1);
  }, PERIOD_MS);
  timer.unref();
}
