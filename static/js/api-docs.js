/* Starts the API reference: Swagger UI with what each operation needs, and samples in curl, Python and TypeScript. */
(() => {
  const schema = document.currentScript.dataset.schema;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", follow);
  follow();

  const CALLERS = { staff: "staff of the platform", service: "services of the platform" };
  const needed = (operation) => {
    if (!operation.get("security")?.size) return "No credential needed.";
    const options = operation.get("x-required-scope")?.toJS() ?? [];
    if (!options.length) return "Any credential will do.";
    const named = options.map((option) => (option in CALLERS ? CALLERS[option] : `the scope ${option}`));
    return `Needs: ${named.join(", or ")}.`;
  };

  const EXAMPLE_SERVER = "https://partners.example.com";

  // One choice of language for the whole page.
  let chosen = "curl";
  const listeners = new Set();
  const choose = (language) => {
    chosen = language;
    listeners.forEach((listener) => listener(language));
  };

  const samples = ({ React }) => {
    const make = React.createElement;
    return function Samples({ operation }) {
      const [language, setLanguage] = React.useState(chosen);
      React.useEffect(() => {
        listeners.add(setLanguage);
        return () => listeners.delete(setLanguage);
      }, []);
      const rows = operation.get("x-codeSamples").toJS();
      const shown = rows.find((row) => row.lang === language) ?? rows[0];
      const source = shown.source.replaceAll(EXAMPLE_SERVER, window.location.origin);
      const copy = () => navigator.clipboard?.writeText(source);
      const buttons = rows.map((row) =>
        make(
          "button",
          { key: row.lang, type: "button", "aria-pressed": row.lang === shown.lang, onClick: () => choose(row.lang) },
          row.label,
        ),
      );
      return make(
        "div",
        { className: "api-sample" },
        make("p", { className: "api-needs" }, needed(operation)),
        make(
          "div",
          { className: "api-sample-bar" },
          ...buttons,
          make("button", { key: "copy", type: "button", className: "api-copy", onClick: copy }, "Copy"),
        ),
        make("pre", { tabIndex: 0 }, make("code", null, source)),
      );
    };
  };

  const plugin = (system) => {
    const Samples = samples(system);
    return {
      wrapComponents: {
        parameters: (Original, { React, specSelectors }) => (props) => {
          const operation = specSelectors.specJson().getIn(["paths", ...props.pathMethod]);
          const original = React.createElement(Original, props);
          if (!operation?.get("x-codeSamples")) return original;
          return React.createElement("div", null, React.createElement(Samples, { operation }), original);
        },
      },
    };
  };

  document.addEventListener("DOMContentLoaded", async () => {
    const spec = await (await fetch(schema, { headers: { Accept: "application/json" } })).json();
    // Calls go to the server that shows this page, whatever name it was asked under.
    spec.servers = [{ url: window.location.origin }];
    window.SwaggerUIBundle({
      dom_id: "#reference",
      spec,
      deepLinking: true,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      filter: true,
      persistAuthorization: false,
      plugins: [plugin],
      presets: [window.SwaggerUIBundle.presets.apis],
    });
  });
})();
