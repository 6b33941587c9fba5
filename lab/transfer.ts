/**
 * Program on a LAN host: `transfer.js down|up BYTES [URL]` fetches so much of the server's file, or sends so
 * many random bytes there, and reports a Transfer to its parent.
 */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { HTTP_PORT, SERVER } from "./plan.js";
import { DIGEST_HEADER, type Receipt, receive } from "./receipt.js";

export interface Transfer extends Receipt {
  /** True where every byte came as it was sent. */
  readonly intact: boolean;
  readonly seconds: number;
}

async function down(origin: string, bytes: number): Promise<[Receipt, string]> {
  const asked = request(`${origin}/file/${bytes}`).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return [await receive(answer), String(answer.headers[DIGEST_HEADER])];
}

async function up(origin: string, bytes: number): Promise<[Receipt, string]> {
  const body = randomBytes(bytes);
  const asked = request(`${origin}/sink`, { method: "PUT" }).end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const receipt = JSON.parse(Buffer.concat(chunks).toString()) as Receipt;
  return [receipt, createHash("sha256").update(body).digest("hex")];
}

process.on("disconnect", () => process.exit(1));
const [direction, count, origin = `http://${SERVER}:${HTTP_PORT}`] = process.argv.slice(2);
const began = performance.now();
const [receipt, sha256] = await (direction === "up" ? up : down)(origin, Number(count));
const seconds = (performance.now() - began) / 1000;
const intact = receipt.bytes === Number(count) && receipt.sha256 === sha256;
const transfer: Transfer = { ...receipt, intact, seconds };
process.send?.(transfer, () => process.exit(0));
