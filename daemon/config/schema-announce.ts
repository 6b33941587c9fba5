/** The keys that tell a routing daemon, and a health checker, whether this BR is to get packets. */
import { z } from "zod";
import { absolutePath } from "./fields.js";

/** The kernel's RT_TABLE_MAX; 0, 253, 254 and 255 are its own. */
const MAX_TABLE = 0xffffffff;

const block = z.strictObject({
  method: z.enum(["kernel-route"]).default("kernel-route").meta({
    description:
      "How: routes with protocol 200 to what the BR serves, in a table that forwards nothing; a routing daemon announces them.",
  }),
  table: z.int().min(1).max(MAX_TABLE).default(464).meta({
    description: "Number of that table, for both families; it belongs to mapd alone.",
  }),
  hold: z.int().min(0).max(3600).default(10).meta({
    description: "How long a domain must be in order again after a fault, seconds.",
  }),
});

export const announce = block.nullable().default(null).meta({
  description:
    "Marker routes of the BR domains, there only while they are in service and mapd is not drained; null: none.",
});

export const domainAnnounce = block.nullable().optional().meta({
  description: "BR: what `announce` says, for this domain alone.",
  "default-text": "`announce` of the configuration",
});

export const drainTimeout = z.int().min(0).max(3600).optional().meta({
  description:
    "How long SIGTERM lets packets pass after the announcement is withdrawn, seconds; mapd ends sooner when none come any more.",
  "default-text": "5 where anything is announced, else 0",
});

export const drainFile = absolutePath
  .nullable()
  .default(null)
  .meta({
    description:
      "File that is there while mapd should get no packets: from the start until it is ready, while a domain has a fault, while it is drained, and after it has stopped. null: none.",
    examples: ["/run/mapd/drain"],
  });
