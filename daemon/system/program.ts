/** Runs a program to its end. Arguments never come from a shell. */
import { spawn } from "node:child_process";

export interface ProgramResult {
  /** Exit status; -1 where a signal has ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** For its standard input. */
  readonly input?: string;
  /** After this time it is asked to end. */
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Rejects with what spawn() says where the program cannot be started. */
export function runProgram(
  words: readonly string[],
  { input = "", timeoutMs, env = process.env }: ProgramOptions,
): Promise<ProgramResult> {
  const [program = "", ...args] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env });
    // spawn()'s own timeout stays armed where the program is missing.
    const timer = setTimeout(() => child.kill(), timeoutMs);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    // It may end before it has read everything; its exit status tells the story.
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ status: code ?? -1, stdout, stderr });
    });
    child.stdin.end(input);
  });
}
