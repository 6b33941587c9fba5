/** The API of the page: documents of control commands that change nothing, over HTTP. */
import type { ControlCommand } from "../control/command.js";
import { ControlStream } from "../control/stream.js";
import { EXIT, MapdError } from "../errors.js";
import { didYouMean } from "../suggest.js";
import { API, type ApiRow, type ParameterKind } from "./api-table.js";
import { errorReply, jsonReply, type Reply } from "./reply.js";

interface Endpoint {
  readonly row: ApiRow;
  readonly command: ControlCommand;
}

export class Api {
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  /** Throws where a row names no command, or one that changes something or shows more than it should. */
  constructor(commands: readonly ControlCommand[]) {
    this.#endpoints = new Map(API.map((row) => [row.path, { row, command: find(commands, row) }]));
  }

  goesOn(path: string): boolean {
    return this.#endpoints.get(path)?.row.goesOn === true;
  }

  /** The answer to a query; one that cannot be answered gets an error document. */
  async answer(path: string, query: URLSearchParams): Promise<Reply | ControlStream> {
    const endpoint = this.#endpoints.get(path);
    if (endpoint === undefined) return unknownPath(path, this.#endpoints.keys());
    try {
      const document = await endpoint.command.run(argumentsOf(endpoint.row, query));
      return document instanceof ControlStream ? document : jsonReply(200, document);
    } catch (error) {
      if (error instanceof MapdError) return errorReply(statusOf(error), error);
      throw error;
    }
  }
}

function find(
  commands: readonly ControlCommand[],
  { path, command: name, goesOn }: ApiRow,
): ControlCommand {
  const command = commands.find((one) => one.name === name);
  const isTooMuch = command?.changes === true || (command?.reveals === true && goesOn !== true);
  if (command === undefined || isTooMuch) {
    throw new Error(`${path}: ${name} is no command that only shows`);
  }
  return command;
}

/** Query words as the command wants them. */
function argumentsOf(row: ApiRow, query: URLSearchParams): object {
  const words = [...new Set(query.keys())];
  const rows = words.map((word): readonly [string, unknown] => {
    const values = query.getAll(word);
    const [text = ""] = values;
    if (!Object.hasOwn(row.parameters, word)) throw unknownWord(row, word);
    if (values.length > 1) throw new MapdError("usage", `${row.path}: ${word} is there twice`);
    return [word, argumentOf(row.parameters[word], text)];
  });
  return Object.fromEntries(rows);
}

/** What is not of its kind stays text, for the command to refuse by its name. */
function argumentOf(kind: ParameterKind | undefined, text: string): unknown {
  if (kind === "number" && /^\d{1,10}$/.test(text)) return Number(text);
  if (kind === "words") return text.split(/\s+/).filter((word) => word !== "");
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** By the exit status that mapctl would have. */
function statusOf({ exitStatus }: MapdError): number {
  if (exitStatus === EXIT.usage || exitStatus === EXIT.invalid) return 400;
  return exitStatus === EXIT.notFound ? 404 : 409;
}

function unknownWord({ path, parameters }: ApiRow, word: string): MapdError {
  const known = Object.keys(parameters);
  const message = `${path} knows no ${word}${didYouMean(word, known)}`;
  const finding = { code: "unknown-key", severity: "error", path: word, message, rfc: "" } as const;
  return new MapdError("usage", message, { diagnostics: [finding] });
}

function unknownPath(path: string, known: Iterable<string>): Reply {
  const message = `there is no ${path}; there are: ${[...known].join(", ")}`;
  return errorReply(404, new MapdError("not-found", message));
}
