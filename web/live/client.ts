/** Asks mapd's API, and says what became of it. */
import { type Documents, isDocument, messagesOf, type SchemaName } from "./documents.js";

export type Answer<T> =
  | { readonly kind: "document"; readonly document: T }
  /** The token is missing or wrong. */
  | { readonly kind: "token"; readonly message: string }
  /** The daemon answers, but not this. */
  | { readonly kind: "refused"; readonly message: string }
  /** Nobody answers. */
  | { readonly kind: "gone" };

/** Longer than any answer takes on a busy machine. */
const PATIENCE_MS = 5000;

/** Status of mapd's own answer to a request without the right token. */
const UNAUTHORIZED = 401;

/** The document of a path of the API. Never rejects. */
export async function ask<S extends SchemaName>(
  schema: S,
  path: string,
  token: string,
): Promise<Answer<Documents[S]>> {
  const response = await request(path, token, AbortSignal.timeout(PATIENCE_MS));
  if (response === null) return { kind: "gone" };
  const body = await response.json().catch(() => null);
  if (response.ok && isDocument(schema, body)) return { kind: "document", document: body };
  return refusal(response, body);
}

/** A request with what mapd wants to see; null where nobody answers. */
export function request(
  path: string,
  token: string,
  signal: AbortSignal,
): Promise<Response | null> {
  return fetch(`./api/${path}`, {
    headers: token === "" ? {} : { Authorization: `Bearer ${token}` },
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    signal,
  }).catch(() => null);
}

export function refusal(response: Response, body: unknown): Answer<never> {
  const messages = messagesOf(body);
  const message = messages.length > 0 ? messages.join("; ") : `${response.status}`;
  return { kind: response.status === UNAUTHORIZED ? "token" : "refused", message };
}
