/** The API of the page: documents of control commands that change nothing, over HTTP. */
import type { ControlCommand } from "../control/command.js";
import { EXIT, MapdError } from "../errors.js";
import { API, type ApiRow, type ParameterKind } from "./api-table.js";
import { errorReply, jsonReply, type Reply } from "./reply.js";

interface Endpoint {
  readonly row: ApiRow;
  readonly command: ControlCommand;
}

export class Api {
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  /** Throws where a row names no command, or one that changes something. */
  constructor(commands: readonly ControlCommand[]) {
    this.#endpoints = new Map(API.map((row) => [row.path, { row, command: find(commands, row) }]));
  }

  /** The answer to a query; one that cannot be answered gets an error document. */
  async answer(path: string, query: URLSearchParams): Promise<Reply> {
    const endpoint = this.#endpoints.get(path);
    if (endpoint === undefined) return unknownPath(path, this.#endpoints.keys());
    try {
      const document = await endpoint.command.run(argumentsOf(endpoint.row, query));
      return jsonReply(200, document);
    } catch (error) {
      if (error instanceof MapdError) return errorReply(statusOf(error), error);
      throw error;
    }
  }
}

function find(
  commands: readonly ControlCommand[],
  { path, command: name }: ApiRow,
): ControlCommand {
  const command = commands.find((one) => one.name === name);
  if (command === undefined || command.changes === true) {
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
    if (values.length > 1) throw new MapdError("usage", `${row.path}: ${word} is there twice`);
    return [word, argumentOf(row.parameters[word], text)];
  });
  return Object.fromEntries(rows);
}

/** What is not of its kind stays text, for the command to refuse by its name. */
function argumentOf(kind: ParameterKind | undefined, text: string): unknown {
  if (kind === "number" && /^\d{1,10}$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** By the exit status that mapctl would have. */
function statusOf({ exitStatus }: MapdError): number {
  if (exitStatus === EXIT.usage || exitStatus === EXIT.invalid) return 400;
  return exitStatus === EXIT.notFound ? 404 : 409;
}

function unknownPath(path: string, known: Iterable<string>): Reply {
  const message = `there is no ${path}; there are: ${[...known].join(", ")}`;
  return errorReply(404, new MapdError("not-found", message));
}
