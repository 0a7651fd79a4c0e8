import { defineConfig } from "@hey-api/openapi-ts";

// Input and output are given by sdk/generate.py.
export default defineConfig({
  input: "../openapi.prepared.json",
  output: { path: "src/generated", importFileExtension: ".js" },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
});
