/* Starts the API reference. Try-it calls this server; samples come in curl, Python and TypeScript. */
(() => {
  const schema = document.currentScript.dataset.schema;

  const headersOf = (request) => Object.entries(request.get("headers")?.toJS() ?? {});
  const bodyOf = (request) => request.get("body");
  const indent = (text) => text.replaceAll("\n", "\n    ");

  const python = (request) => {
    const lines = ["import requests", "", "response = requests.request(", `    "${request.get("method")}",`];
    lines.push(`    ${JSON.stringify(request.get("url"))},`, "    headers={");
    for (const [name, value] of headersOf(request)) {
      lines.push(`        ${JSON.stringify(name)}: ${JSON.stringify(value)},`);
    }
    lines.push("    },");
    if (bodyOf(request)) {
      lines.push(`    data=r"""${bodyOf(request)}""",`);
    }
    lines.push("    timeout=10,", ")", "response.raise_for_status()", "print(response.json())");
    return lines.join("\n");
  };

  const typescript = (request) => {
    const headers = JSON.stringify(Object.fromEntries(headersOf(request)), null, 2);
    const lines = [`const response = await fetch(${JSON.stringify(request.get("url"))}, {`];
    lines.push(`  method: "${request.get("method")}",`, `  headers: ${headers.replaceAll("\n", "\n  ")},`);
    if (bodyOf(request)) {
      lines.push(`  body: JSON.stringify(${indent(bodyOf(request))}),`);
    }
    lines.push("});", "if (!response.ok) throw new Error(await response.text());", "console.log(await response.json());");
    return lines.join("\n");
  };

  document.addEventListener("DOMContentLoaded", () => {
    window.SwaggerUIBundle({
      dom_id: "#reference",
      url: schema,
      deepLinking: true,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      filter: true,
      persistAuthorization: false,
      requestSnippetsEnabled: true,
      requestSnippets: {
        generators: {
          curl_bash: { title: "curl", syntax: "bash" },
          python: { title: "Python", syntax: "python" },
          typescript: { title: "TypeScript", syntax: "javascript" },
        },
        defaultExpanded: true,
        languages: null,
      },
      plugins: [() => ({ fn: { requestSnippetGenerator_python: python, requestSnippetGenerator_typescript: typescript } })],
      presets: [window.SwaggerUIBundle.presets.apis],
    });
  });
})();
