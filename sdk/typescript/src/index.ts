import { createClient, createConfig, type Client } from "./generated/client/index.js";
import type { Problem } from "./generated/types.gen.js";
import { API_VERSION } from "./generated/version.js";

export * from "./generated/index.js";
export { verifyWebhook, TOLERANCE_SECONDS } from "./webhooks.js";
export { API_VERSION };

/** A problem the API answered with. */
export class TreatyError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail} (request ${problem.requestId})`);
  }
}

/** A client for an API key or an OAuth access token, in the version of the API this package was made for. */
export function connect(baseUrl: string, credential: string): Client {
  return createClient(createConfig({ baseUrl, auth: () => credential, headers: { "Api-Version": API_VERSION } }));
}

/** What a call answered; throws TreatyError for a problem. */
export async function answered<T>(call: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await call;
  if (error !== undefined) throw new TreatyError(error as Problem);
  return data as T;
}

interface Page<T> {
  data: T[];
  pagination: { nextCursor: string | null };
}

/** Every object of a list, page after page: `allPages((cursor) => webhooksList({ client, query: { cursor } }))`. */
export async function* allPages<T>(
  call: (cursor?: string) => Promise<{ data?: Page<T>; error?: unknown }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page: Page<T> = await answered(call(cursor));
    yield* page.data;
    cursor = page.pagination.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
