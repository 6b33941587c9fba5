/** /metrics, /livez and /readyz. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { HttpListen } from "../config/types.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import type { MetricsText } from "./metrics.js";

interface Page {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const TEXT = "text/plain; charset=utf-8";

/** Scrapes are small and quick; what takes longer is not a scrape. Milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

const MAX_CONNECTIONS = 64;

export class HttpServer {
  readonly #listen: HttpListen;
  readonly #metrics: MetricsText;
  readonly #reasons: () => readonly string[];
  readonly #log: Log;
  readonly #server: Server;

  constructor(
    listen: HttpListen,
    metrics: MetricsText,
    reasons: () => readonly string[],
    log: Log,
  ) {
    this.#listen = listen;
    this.#metrics = metrics;
    this.#reasons = reasons;
    this.#log = log;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.#server.headersTimeout = REQUEST_TIMEOUT_MS;
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Port that is listened on; differs from the configured one where that is 0. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Listens; rejects with MapdError `http-listen`. */
  listen(): Promise<void> {
    const { host, port } = this.#listen;
    return new Promise((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => reject(explain(this.#listen, error));
      this.#server.once("error", failed);
      this.#server.listen(port, host, () => {
        this.#server.off("error", failed);
        this.#server.on("error", (error) => this.#log.error({ err: error }, "HTTP failed"));
        resolve();
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const page = await this.#page(request).catch((error: unknown): Page => {
      this.#log.error({ err: error, url: request.url }, "HTTP request failed");
      return { status: 500, contentType: TEXT, body: "internal error\n" };
    });
    response.writeHead(page.status, {
      "Content-Type": page.contentType,
      "Content-Length": Buffer.byteLength(page.body),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      ...(page.status === 405 ? { Allow: "GET, HEAD" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : page.body);
  }

  async #page(request: IncomingMessage): Promise<Page> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return { status: 405, contentType: TEXT, body: "only GET and HEAD\n" };
    }
    // The query says nothing here; an absolute URL is not needed to know the path.
    const path = (request.url ?? "/").split("?", 1)[0];
    if (path === "/metrics") {
      const body = await this.#metrics.text();
      return { status: 200, contentType: this.#metrics.contentType, body };
    }
    if (path === "/livez") return { status: 200, contentType: TEXT, body: "alive\n" };
    if (path === "/readyz") return this.#ready();
    return { status: 404, contentType: TEXT, body: "there are /metrics, /livez and /readyz\n" };
  }

  #ready(): Page {
    const reasons = this.#reasons();
    if (reasons.length === 0) return { status: 200, contentType: TEXT, body: "ready\n" };
    return { status: 503, contentType: TEXT, body: `not ready\n${reasons.join("\n")}\n` };
  }

  /** Stops listening and cuts connections off. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

function explain(listen: HttpListen, error: NodeJS.ErrnoException): MapdError {
  const at = listen.host.includes(":")
    ? `[${listen.host}]:${listen.port}`
    : `${listen.host}:${listen.port}`;
  const reason =
    error.code === "EADDRINUSE"
      ? "another program listens there (see ss -ltnp); stop it, or set http.listen to another port, or http: null"
      : error.code === "EADDRNOTAVAIL"
        ? "the address is on no device of this host; set http.listen to one that is"
        : `${error.message}; set http.listen to an address of this host`;
  return new MapdError("http-listen", `cannot listen on ${at}: ${reason}`, { cause: error });
}
