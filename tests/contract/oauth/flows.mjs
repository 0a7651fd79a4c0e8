// Runs an OAuth library against a live server. Prints one JSON line per step; where a person has to decide, it prints
// {"visit": url} and reads the URL the browser was sent back to from standard input.
import { createInterface } from "node:readline/promises";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, RESOURCE } = process.env;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (step) => console.log(JSON.stringify(step));
const visit = async (url) => {
  tell({ visit: url.href });
  return new URL((await lines.next()).value);
};

async function openidClient() {
  const client = await import("openid-client");
  const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, client.ClientSecretBasic(CLIENT_SECRET), {
    algorithm: "oauth2",
    execute: [client.allowInsecureRequests],
  });
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: "manage:keys read:leads",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  });
  const tokens = await client.authorizationCodeGrant(config, await visit(url), {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  tell({ scope: tokens.scope, expiresIn: tokens.expires_in });
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
  const answer = await client.fetchProtectedResource(config, refreshed.access_token, new URL(RESOURCE), "GET");
  tell({ resource: answer.status });
  tell({ active: (await client.tokenIntrospection(config, refreshed.access_token)).active });
  await client.tokenRevocation(config, refreshed.access_token);
  tell({ active: (await client.tokenIntrospection(config, refreshed.access_token)).active });
  const own = await client.clientCredentialsGrant(config, { scope: "read:leads" });
  tell({ scope: own.scope });
  const refused = await client.clientCredentialsGrant(config, { scope: "admin" }).catch((error) => error);
  tell({ error: refused.error, status: refused.status });
}

async function oauth4webapi() {
  const oauth = await import("oauth4webapi");
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(ISSUER);
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  const as = await oauth.processDiscoveryResponse(issuer, found);
  const client = { client_id: CLIENT_ID };
  const auth = oauth.ClientSecretPost(CLIENT_SECRET);
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "read:leads",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  });
  const callback = await visit(url);
  const parameters = oauth.validateAuthResponse(as, client, callback, state); // checks state and iss (RFC 9207)
  const exchanged = await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, REDIRECT_URI, verifier, insecure);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, exchanged);
  tell({ scope: tokens.scope, tokenType: tokens.token_type });
  const again = await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, REDIRECT_URI, verifier, insecure);
  const refused = await oauth.processAuthorizationCodeResponse(as, client, again).catch((error) => error);
  tell({ error: refused.error });
  callback.searchParams.set("iss", "https://elsewhere.test");
  let mixedUp = "accepted";
  try {
    oauth.validateAuthResponse(as, client, callback, state);
  } catch {
    mixedUp = "refused";
  }
  tell({ mixedUp });
}

await { "openid-client": openidClient, oauth4webapi }[process.argv[2]]();
lines.return?.();
process.exit(0);
