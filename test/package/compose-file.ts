/** The compose file of the documents: what of the format it uses, read strictly, so that a misspelt key is seen. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { ROOT } from "./checkout.js";

export const COMPOSE_FILE = join(ROOT, "packaging/container/compose.yaml");

const endpoint = z.strictObject({
  ipv4_address: z.ipv4().optional(),
  ipv6_address: z.ipv6().optional(),
});

const service = z.strictObject({
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), target: z.string() }),
  image: z.string(),
  init: z.boolean(),
  cap_add: z.tuple([z.literal("NET_ADMIN")]),
  devices: z.array(z.string()).default([]),
  sysctls: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  networks: z.record(z.string(), endpoint),
  entrypoint: z.tuple([z.literal("sh"), z.literal("-c")]),
  command: z.tuple([z.string()]),
});

const network = z.strictObject({
  enable_ipv6: z.boolean().default(false),
  ipam: z.strictObject({
    config: z.array(
      z.strictObject({
        subnet: z.union([z.cidrv4(), z.cidrv6()]),
        gateway: z.union([z.ipv4(), z.ipv6()]),
      }),
    ),
  }),
});

const file = z.strictObject({
  "x-mapd": z.unknown(),
  "x-router": z.unknown(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), network),
});

export type ComposeFile = z.infer<typeof file>;
export type ComposeService = z.infer<typeof service>;

export function readCompose(): ComposeFile {
  return file.parse(parse(readFileSync(COMPOSE_FILE, "utf8"), { merge: true }));
}

export interface Volume {
  readonly source: string;
  readonly target: string;
}

/** The short form `SOURCE:TARGET:ro`, the source beside the compose file. */
export function volumesOf({ volumes }: ComposeService): Volume[] {
  return volumes.map((text) => {
    const [source = "", target = ""] = text.split(":");
    return { source: join(dirname(COMPOSE_FILE), source), target };
  });
}
