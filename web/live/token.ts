/** The API's token, kept until the tab is closed. Where the browser keeps nothing, it is asked for again. */
const KEY = "mapd.token";

export function readToken(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

export function writeToken(token: string): void {
  try {
    if (token === "") sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // This visit has it in memory.
  }
}
