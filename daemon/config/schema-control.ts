/** The keys that say who may speak to the daemon over its control socket, and who may change what it does. */
import { z } from "zod";
import { absolutePath } from "./fields.js";

/** Longest path that fits `sun_path` of a Unix socket address, which ends in a zero byte. */
const MAX_SOCKET_PATH = 107;

/** As useradd(8) and groupadd(8) take them. */
const GROUP_PATTERN = /^[A-Za-z_][A-Za-z0-9_.-]{0,30}\$?$/;

const group = z.string().regex(GROUP_PATTERN, "must be the name of a group");

export const controlSocket = absolutePath
  .max(MAX_SOCKET_PATH)
  .default("/run/mapd/mapd.sock")
  .meta({ description: "Unix socket that mapctl speaks to.", "requires-restart": true });

export const controlSocketMode = z
  .string()
  .regex(/^0?[0-7]{3}$/, 'must be three octal digits as text, such as "0660"')
  .default("0660")
  .meta({
    description:
      "Mode of the socket: who may write to it may look at everything. Changes are for root, mapd's own user and `control-socket-operators`.",
    "requires-restart": true,
  });

export const controlSocketGroup = group
  .nullable()
  .default(null)
  .meta({
    description:
      "Group of the socket. null: that of `control-socket-operators`, else the one that mapd runs with.",
    examples: ["adm"],
    "requires-restart": true,
  });

export const controlSocketOperators = group
  .nullable()
  .default(null)
  .meta({
    description:
      "Group whose members may change what mapd does. `control-socket-mode` must let them in, too. null: none.",
    examples: ["netops"],
    "requires-restart": true,
  });
