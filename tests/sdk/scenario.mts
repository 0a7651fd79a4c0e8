// What a partner's program does with the TypeScript client, told as JSON: `node scenario.mjs URL KEY INTEGRATION RECEIVER`.
import { readFileSync } from "node:fs";
import {
  allPages,
  answered,
  connect,
  TreatyError,
  verifyWebhook,
  webhooksCreate,
  webhooksList,
  webhooksPartialUpdate,
  webhooksRetrieve,
  webhooksTestCreate,
} from "treaty-client";

async function told(url: string, key: string, integrationId: string, receiver: string): Promise<object> {
  const client = connect(url, key);
  const bodies = [0, 1, 2].map((number) => ({
    integrationId,
    endpointUrl: `${receiver}/${number}`,
    subscribedEvents: ["lead.created"],
  }));
  const created: string[] = [];
  for (const body of bodies.slice(0, 2)) {
    created.push((await answered(webhooksCreate({ client, body }))).data.endpointUrl);
  }
  const once = () => webhooksCreate({ client, body: bodies[2], headers: { "Idempotency-Key": "once" } });
  const first = await once();
  const again = await once();
  const webhook = first.data!.data;
  const listed: string[] = [];
  for await (const row of allPages((cursor) => webhooksList({ client, query: { cursor, limit: 1 } }))) {
    listed.push(row.endpointUrl);
  }
  const path = { id: webhook.id };
  const changed = await answered(webhooksPartialUpdate({ client, path, body: { description: "Changed" } }));
  let refused: unknown;
  try {
    await answered(webhooksRetrieve({ client, path: { id: "00000000-0000-0000-0000-000000000000" } }));
  } catch (error) {
    if (error instanceof TreatyError) refused = [error.problem.status, error.problem.code];
  }
  const bad = await webhooksList({ client, query: { cursor: "nonsense" } });
  await answered(webhooksTestCreate({ client, path, body: { event: "lead.created" } }));
  return {
    created,
    repeated: [again.response!.headers.get("Idempotency-Replayed"), again.data!.data.id === webhook.id],
    listed: listed.sort(),
    changed: changed.data.description,
    refused,
    field: [bad.response!.status, bad.error!.errors![0].field],
    version: first.response!.headers.get("Api-Version"),
    secret: webhook.webhookSecret,
  };
}

const [command, ...rest] = process.argv.slice(2);
if (command === "verify") {
  const given = JSON.parse(readFileSync(0, "utf8"));
  console.log(JSON.stringify(verifyWebhook(given.body, given.headers, given.secret)));
} else {
  console.log(JSON.stringify(await told(command, rest[0], rest[1], rest[2])));
}
