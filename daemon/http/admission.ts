/** Who may ask for the page and for its API, and what the others are told. */
import type { IncomingMessage } from "node:http";
import type { HttpSettings } from "../config/types.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import type { FailureReason, Failures } from "../runtime/failures.js";
import { isLoopback, isOwnHost } from "./host-header.js";
import { errorReply, type Reply, textReply } from "./reply.js";
import { isToken, readToken, type Token } from "./token.js";

export class Admission {
  readonly #settings: () => HttpSettings;
  readonly #log: Log;
  readonly #failures: Failures;
  /** Of the settings that it was read for: a reload makes new ones, and so reads the file anew. */
  #token: { readonly of: HttpSettings; readonly token: Token } | null = null;

  constructor(settings: () => HttpSettings, log: Log, failures: Failures) {
    this.#settings = settings;
    this.#log = log;
    this.#failures = failures;
  }

  /** Why a request for the page or the API is refused whoever asks, or null. */
  refusePage({ headers, socket }: IncomingMessage): Reply | null {
    const { listen, hosts } = this.#settings();
    const localAddress = socket.localAddress ?? "";
    if (isOwnHost(headers.host, { host: listen.host, hosts, localAddress })) return null;
    this.#count("host");
    return textReply(
      403,
      `"${headers.host ?? ""}" is not a name of this mapd. Ask by address, or add the name to http.hosts in its configuration.`,
    );
  }

  /** Why a request for the API is refused, or null. Its Host header is ours already. */
  refuseApi({ headers }: IncomingMessage): Reply | null {
    const site = headers["sec-fetch-site"];
    // A page of somebody else's cannot read the answers, but could make the daemon work for it.
    if (site !== undefined && site !== "same-origin" && site !== "none") {
      this.#count("site");
      return refusal(403, "only mapd's own page may ask from a browser");
    }
    const settings = this.#settings();
    if (settings.tokenFile === null) {
      if (isLoopback(settings.listen.host)) return null;
      this.#count("shut");
      return refusal(
        403,
        `mapd listens on ${settings.listen.host}, where others reach it, and has no token: set http.token-file to a file ` +
          "that holds one (openssl rand -hex 32), or listen on 127.0.0.1 and come through ssh -L",
      );
    }
    return this.#judge(settings, settings.tokenFile, headers.authorization);
  }

  #judge(settings: HttpSettings, path: string, authorization: string | undefined): Reply | null {
    const token = this.#tokenOf(settings, path);
    if ("problem" in token) {
      this.#count("shut");
      // Who asks is not known yet, and need not know paths of this host.
      return refusal(
        403,
        "http.token-file cannot be used, and the API is shut; mapd's log says why",
      );
    }
    if (authorization !== undefined && isToken(token.digest, authorization)) return null;
    this.#count("token");
    const text =
      authorization === undefined
        ? "this needs the token of http.token-file: Authorization: Bearer TOKEN"
        : "this is not the token of http.token-file";
    return { ...refusal(401, text), headers: { "WWW-Authenticate": 'Bearer realm="mapd"' } };
  }

  #count(reason: FailureReason<"http_requests_refused">): void {
    this.#failures.count("http_requests_refused", reason);
    this.#log.debug({ reason }, "HTTP request refused");
  }

  /** Reads the token, so that the log tells at the start what is wrong with it; nothing else waits for it to be right. */
  open(): void {
    const settings = this.#settings();
    if (settings.tokenFile !== null) this.#tokenOf(settings, settings.tokenFile);
  }

  #tokenOf(settings: HttpSettings, path: string): Token {
    if (this.#token?.of === settings) return this.#token.token;
    const token = readToken(path);
    if ("problem" in token) {
      this.#log.error(
        { problem: token.problem },
        "http.token-file cannot be used; the API is shut",
      );
    }
    this.#token = { of: settings, token };
    return token;
  }
}

function refusal(status: number, message: string): Reply {
  return errorReply(status, new MapdError("refused", message));
}
