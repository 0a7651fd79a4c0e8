// Verify a Treaty webhook: `node verify.mjs < body`, headers and secret in the environment; exit code 0 when genuine.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

export function verify(body, headers, secret, tolerance = 300) {
  if (Math.abs(Date.now() / 1000 - Number(headers["webhook-timestamp"])) > tolerance) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
  const expected = Buffer.from("v1," + createHmac("sha256", key).update(content).digest("base64"));
  return headers["webhook-signature"].split(" ").some((given) => {
    const candidate = Buffer.from(given);
    return candidate.length === expected.length && timingSafeEqual(candidate, expected);
  });
}

const { WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE, WEBHOOK_SECRET } = process.env;
const headers = {
  "webhook-id": WEBHOOK_ID,
  "webhook-timestamp": WEBHOOK_TIMESTAMP,
  "webhook-signature": WEBHOOK_SIGNATURE,
};
process.exit(verify(readFileSync(0), headers, WEBHOOK_SECRET) ? 0 : 1);
