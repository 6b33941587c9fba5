/** /metrics, /livez and /readyz for programs; the page and its API for people. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpListen, HttpSettings } from "../config/types.js";
import type { ControlCommand } from "../control/command.js";
import { ControlStream } from "../control/stream.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { type FailureReason, Failures } from "../runtime/failures.js";
import { Admission } from "./admission.js";
import { STREAM_TYPE, sendStream } from "./answer-stream.js";
import { Api } from "./api.js";
import type { MetricsText } from "./metrics.js";
import type { PageFiles } from "./page-files.js";
import { type Reply, textReply } from "./reply.js";
import { SECURITY_HEADERS } from "./security.js";
import { Turns } from "./turns.js";

/** Requests are small and quick. Milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Longer than anybody waits from scrape to scrape, who would else meet a connection that is being closed. Milliseconds. */
const KEEP_ALIVE_MS = 75_000;

/** Who has not read an answer by then is cut off. */
const ANSWER_TIMEOUT_MS = 30_000;

const MAX_CONNECTIONS = 64;

/** Answers of the API that are made or read at a time: a document of many sessions takes memory until it is read. */
const MAX_API_ANSWERS = 8;

/** Likewise of those that go on: each makes the packet workers look at every packet. */
const MAX_STREAMS = 4;

/** What Node calls a request that took longer than REQUEST_TIMEOUT_MS. */
const TOO_SLOW = "ERR_HTTP_REQUEST_TIMEOUT";

/** By Node's code; for others of the parser it is 400. */
const REFUSALS: Readonly<Record<string, string>> = {
  [TOO_SLOW]: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

const API_PREFIX = "/api/";

const WITHOUT_PAGE =
  "there are /metrics, /livez and /readyz, and /api/; the page is not part of this installation (npm run build:web)";

/** What is asked; run.ts has one of each. */
export interface HttpParts {
  /** Those in force: a reload may change all but where the server listens. */
  readonly settings: () => HttpSettings;
  readonly metrics: MetricsText;
  /** Why the daemon is not ready. */
  readonly reasons: () => readonly string[];
  readonly commands: readonly ControlCommand[];
  readonly page: PageFiles;
}

export class HttpServer {
  readonly #listen: HttpListen;
  readonly #parts: HttpParts;
  readonly #log: Log;
  readonly #failures: Failures;
  readonly #admission: Admission;
  readonly #api: Api;
  readonly #server: Server;
  readonly #answers = new Turns(MAX_API_ANSWERS);
  readonly #streams = new Turns(MAX_STREAMS);

  constructor(parts: HttpParts, log: Log, failures: Failures = new Failures()) {
    this.#listen = parts.settings().listen;
    this.#parts = parts;
    this.#log = log;
    this.#failures = failures;
    this.#admission = new Admission(parts.settings, log, failures);
    this.#api = new Api(parts.commands);
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.#server.headersTimeout = REQUEST_TIMEOUT_MS;
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on("drop", () => this.#cutOff("too-many"));
    this.#server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      this.#refuse(error.code ?? "", socket);
    });
  }

  /** What the parser cannot read. Whoever has hung up in the middle of a request is nobody's failure. */
  #refuse(code: string, socket: Duplex): void {
    const status = REFUSALS[code] ?? (code.startsWith("HPE_") ? "400 Bad Request" : null);
    if (status === null || code === "HPE_INVALID_EOF_STATE" || !socket.writable) {
      socket.destroy();
      return;
    }
    this.#cutOff(code === TOO_SLOW ? "slow" : "malformed");
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  }

  /** Port that is listened on; differs from the configured one where that is 0. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Listens; rejects with MapdError `http-listen`. */
  listen(): Promise<void> {
    const { host, port } = this.#listen;
    this.#admission.open();
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

  #cutOff(reason: FailureReason<"http_connections_cut_off">): void {
    this.#failures.count("http_connections_cut_off", reason);
    this.#log.debug({ reason }, "HTTP client cut off");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (response.socket === null) return refusePipelined(response);
    const limit = setTimeout(() => {
      this.#cutOff("slow");
      request.socket.destroy();
    }, ANSWER_TIMEOUT_MS);
    response.on("close", () => clearTimeout(limit));
    const reply = await this.#reply(request, response).catch((error: unknown): Reply => {
      this.#failures.count("internal_faults", "http");
      this.#log.error({ err: error, url: request.url }, "HTTP request failed");
      return textReply(500, "internal error");
    });
    if (reply === null) return clearTimeout(limit);
    response.writeHead(reply.status, {
      "Content-Type": reply.contentType,
      "Cache-Control": "no-store",
      ...SECURITY_HEADERS,
      ...reply.headers,
      // RFC 9110 §8.6: with 304 it would have to be the length of what is not sent.
      ...(reply.status === 304 ? {} : { "Content-Length": Buffer.byteLength(reply.body) }),
    });
    response.end(request.method === "HEAD" ? undefined : reply.body);
  }

  /** null where the answer is on its way already. */
  async #reply(request: IncomingMessage, response: ServerResponse): Promise<Reply | null> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return { ...textReply(405, "only GET and HEAD"), headers: { Allow: "GET, HEAD" } };
    }
    const [path = "", query = ""] = (request.url ?? "/").split("?", 2);
    // Scrapers and probes ask by names that only their own configuration knows, and learn nothing about anybody.
    if (path === "/metrics") {
      const body = await this.#parts.metrics.text();
      return { status: 200, contentType: this.#parts.metrics.contentType, body };
    }
    if (path === "/livez") return textReply(200, "alive");
    if (path === "/readyz") return this.#ready();
    const refused = this.#admission.refusePage(request);
    if (refused !== null) return refused;
    return path.startsWith(API_PREFIX)
      ? this.#answer(path, query, request, response)
      : this.#file(path, request);
  }

  #ready(): Reply {
    const reasons = this.#parts.reasons();
    if (reasons.length === 0) return textReply(200, "ready");
    return textReply(503, `not ready\n${reasons.join("\n")}`);
  }

  async #answer(
    path: string,
    query: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Reply | null> {
    const turns = this.#api.goesOn(path) ? this.#streams : this.#answers;
    const refused = this.#admission.refuseApi(request);
    if (refused !== null) return refused;
    const busy = turns.take(response);
    if (busy !== null) {
      this.#failures.count("http_requests_refused", "busy");
      return busy;
    }
    const answer = await this.#api.answer(path, new URLSearchParams(query));
    if (!(answer instanceof ControlStream)) return answer;
    if (request.method === "HEAD") return { status: 200, contentType: STREAM_TYPE, body: "" };
    return sendStream(response, answer, () => this.#cutOff("slow"));
  }

  async #file(path: string, { headers }: IncomingMessage): Promise<Reply> {
    const { page } = this.#parts;
    const accept = String(headers["accept-encoding"] ?? "");
    const reply = await page.reply(path, accept, headers["if-none-match"] ?? "");
    if (reply !== null) return reply;
    return textReply(404, page.has("/") ? `there is no ${path}; the page is at /` : WITHOUT_PAGE);
  }

  /** Stops listening and cuts connections off. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

/**
 * A request that was sent before the answer to the one before was read. Its response has no connection until that one is
 * done, and where the connection ends first nothing says so: whatever was taken for it would never come back.
 */
function refusePipelined(response: ServerResponse): void {
  response.writeHead(503, { "Retry-After": "1", ...SECURITY_HEADERS }).end();
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
