/** Loads a module of the tests into programs that know nothing of it, and into their worker threads, before their own. */

/** Into all that is started while `work` runs, and into what that starts. */
export async function withModule<T>(url: string, work: () => Promise<T>): Promise<T> {
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `${before ?? ""} --import ${url}`;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  }
}
