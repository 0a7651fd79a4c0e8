// Verify a Treaty webhook, in Node without dependencies. `node verify.mjs SECRET < delivery.json`
import crypto from "node:crypto";
import { readFileSync } from "node:fs";

// The signature in the body: HMAC-SHA256 of the body without its `signature` member, keyed with the whole secret.
export function verifyWebhookSignature(payload, signature, secret) {
  const expected = crypto.createHmac("sha256", secret).update(JSON.stringify(payload)).digest("hex");
  return crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(`sha256=${expected}`));
}

const delivery = JSON.parse(readFileSync(0, "utf8"));
const { signature, ...payload } = JSON.parse(delivery.body);
const genuine = verifyWebhookSignature(payload, signature, process.argv[2]);
console.log("Node: the signature is", genuine ? "good" : "BAD");
process.exit(genuine ? 0 : 1);
