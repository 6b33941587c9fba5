/** What is answered to a request, before it is bytes on a connection. */
import { errorDocument, type MapdError } from "../errors.js";

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json; charset=utf-8";

export function textReply(status: number, text: string): Reply {
  return { status, contentType: TEXT, body: `${text}\n` };
}

export function jsonReply(status: number, document: object): Reply {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(document)}\n` };
}

/** A failure as the document mapd.error/1, the same that `mapctl --json` prints. */
export function errorReply(status: number, error: MapdError): Reply {
  return jsonReply(status, errorDocument(error));
}
