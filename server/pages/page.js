// GraphiQL for staff: with the session's own rights, and reading only unless that is switched off.
"use strict";

(function () {
  const files = `/graphiql/${document.body.dataset.release}`;
  const writes = document.getElementById("writes");

  function tell(sentence) {
    document.getElementById("told").textContent = sentence;
  }

  function send(body, accept, client, allowed, signal) {
    const headers = { "content-type": "application/json", accept, "x-learner-tracking": client };
    if (allowed) {
      headers["x-learner-tracking-writes"] = "on";
    }
    return fetch("/graphql", { method: "POST", headers, signal, body: JSON.stringify(body) });
  }

  async function logOut() {
    const body = { documentId: document.body.dataset.document, operationName: "StaffLogOut" };
    await send(body, "application/json", "staff");
    sessionStorage.clear(); // what was asked may name learners
    window.location.assign("/staff");
  }

  document.getElementById("log-out").addEventListener("click", logOut);
  if (writes) {
    writes.addEventListener("change", () => {
      document.body.classList.toggle("writing", writes.checked);
      tell(writes.checked ? "Mutations are carried out." : "Mutations are refused.");
    });
  }

  if (!window.GraphiQL) {
    return; // not installed: the page says so
  }

  const element = React.createElement;
  const { useEditorContext } = GraphiQL.React;

  function watched(answer) {
    const codes = (answer.errors || []).map((error) => (error.extensions || {}).code);
    if (codes.includes("UNAUTHENTICATED")) {
      tell("Your session has ended: log out and in again.");
    }
    return answer;
  }

  // A message is some lines and an empty one; see graphql-sse, distinct connections.
  async function* messages(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          return;
        }
        const parts = (text + value).split(/\r?\n\r?\n/);
        text = parts.pop();
        for (const part of parts) {
          const lines = part.split(/\r?\n/);
          if (lines.includes("event: complete")) {
            return;
          }
          const data = lines.filter((line) => line.startsWith("data:"));
          if (lines.includes("event: next")) {
            yield JSON.parse(data.map((line) => line.slice(5)).join("\n"));
          }
        }
      }
    } finally {
      reader.cancel().catch(() => {}); // it may have been broken off already
    }
  }

  async function* received(body, signal) {
    const response = await send(body, "text/event-stream", "graphiql", false, signal);
    if ((response.headers.get("content-type") || "").startsWith("text/event-stream")) {
      yield* messages(response);
    } else {
      yield watched(await response.json());
    }
  }

  // Stopping must not wait for the next message, as the generator by itself would.
  function watch(body) {
    const stop = new AbortController();
    const results = received(body, stop.signal);
    const end = { done: true, value: undefined };
    const iterator = {
      [Symbol.asyncIterator]: () => iterator,
      next: () =>
        results.next().catch((error) => (stop.signal.aborted ? end : Promise.reject(error))),
      return: async () => {
        stop.abort();
        return end;
      },
    };
    return iterator;
  }

  async function ask(body) {
    const accept = "application/graphql-response+json, application/json;q=0.9";
    const response = await send(body, accept, "graphiql", writes && writes.checked);
    return watched(await response.json());
  }

  // Asked anew each time: the editor looks at what is typed only after a moment.
  function subscribes({ query, operationName }) {
    try {
      const document = GraphiQL.GraphQL.parse(query);
      const found = GraphiQL.GraphQL.getOperationAST(document, operationName);
      return Boolean(found) && found.operation === "subscription";
    } catch {
      return false; // the server says what is wrong with it
    }
  }

  function fetcher(body) {
    return subscribes(body) ? watch(body) : ask(body);
  }

  function Icon() {
    const path = "M3 5h2v2H3zM8 5h13v2H8zM3 11h2v2H3zM8 11h13v2H8zM3 17h2v2H3zM8 17h13v2H8z";
    const drawn = element("path", { d: path, fill: "currentColor" });
    return element("svg", { viewBox: "0 0 24 24", height: "1em", width: "1em" }, drawn);
  }

  function Saved() {
    const editor = useEditorContext({ nonNull: true });
    const [examples, setExamples] = React.useState([]);
    const [chosen, choose] = React.useState(null);

    React.useEffect(() => {
      fetch(`${files}/examples.json`)
        .then((response) => response.json())
        .then(setExamples);
    }, []);

    // Once the new tab is there, whose editors begin empty.
    React.useEffect(() => {
      if (chosen) {
        editor.queryEditor.setValue(chosen.query);
        editor.variableEditor.setValue(chosen.variables);
        choose(null);
      }
    }, [chosen]);

    function open(example) {
      if (![WELCOME, ""].includes(editor.queryEditor.getValue())) {
        editor.addTab();
      }
      choose(example);
    }

    const items = examples.map((example) =>
      element(
        "li",
        { key: example.title },
        element("button", { type: "button", onClick: () => open(example) }, example.title),
      ),
    );
    return element(
      "section",
      { className: "saved", "aria-label": "Saved examples" },
      element("div", { className: "graphiql-doc-explorer-title" }, "Saved examples"),
      element("ul", null, items),
    );
  }

  const WELCOME = `# Choose a saved example, or write a query.

{
  serviceInfo { version date environment }
}
`;
  const saved = { title: "Saved examples", icon: Icon, content: Saved };

  function Page() {
    return element(
      GraphiQL,
      {
        fetcher,
        plugins: [GraphiQLPluginExplorer.explorerPlugin(), saved],
        // Gone with the tab: what was asked, and the history of it, may name learners.
        storage: sessionStorage,
        defaultQuery: WELCOME,
        defaultTheme: "light",
        defaultEditorToolsVisibility: "variables",
        isHeadersEditorEnabled: false,
        showPersistHeadersSettings: false,
      },
      element(GraphiQL.Logo, null, "GraphiQL"),
    );
  }

  ReactDOM.createRoot(document.getElementById("graphiql")).render(element(Page));

  // GraphiQL begins with its panel shut, and opens it by this button only.
  function openSaved() {
    const button = document.querySelector(`button[aria-label="Show ${saved.title}"]`);
    if (button) {
      button.click();
    } else {
      requestAnimationFrame(openSaved);
    }
  }
  openSaved();
})();
