// Reads [{body, headers, secret}], prints for each whether the official library takes the delivery as it came, and
// whether it refuses the same with one byte of the body changed.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

function verifies({ body, headers, secret }) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

const deliveries = JSON.parse(readFileSync(0, "utf8"));
const verdicts = deliveries.map((delivery) => [
  verifies(delivery),
  verifies({ ...delivery, body: delivery.body.replace("lead.created", "lead.created ") }),
]);
process.stdout.write(JSON.stringify(verdicts));
