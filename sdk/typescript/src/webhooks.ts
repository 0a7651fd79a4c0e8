// Verification of webhooks (Standard Webhooks 1.0), with Node alone.
import { createHmac, timingSafeEqual } from "node:crypto";

export const TOLERANCE_SECONDS = 300;

type Headers = Record<string, string | string[] | undefined>;

/** Whether `body`, exactly as it arrived, was sent by the owner of `secret` just now; header names in lower case. */
export function verifyWebhook(
  body: string | Uint8Array,
  headers: Headers,
  secret: string,
  tolerance: number = TOLERANCE_SECONDS,
): boolean {
  const id = String(headers["webhook-id"] ?? "");
  const timestamp = String(headers["webhook-timestamp"] ?? "");
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > tolerance) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return String(headers["webhook-signature"] ?? "")
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => Buffer.from(signature.slice(3), "base64"))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}
