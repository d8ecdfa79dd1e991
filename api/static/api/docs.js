// Starts the page that shows the schema; a file of its own because the site allows no script within a page.
"use strict";
const place = document.getElementById("swagger-ui");

// What a screen reader goes by and Swagger UI leaves out: its head is a landmark, and between headings of the first and
// the third rank stands one of the second.
const headed = () => ({
  wrapComponents: {
    InfoContainer: (Original, system) => (props) =>
      system.React.createElement("header", { role: "banner" }, system.React.createElement(Original, props)),
    operations: (Original, system) => (props) =>
      system.React.createElement(
        system.React.Fragment,
        null,
        system.React.createElement("h2", { className: "docs-heading" }, place.dataset.heading),
        system.React.createElement("p", { className: "docs-note" }, place.dataset.note),
        system.React.createElement(Original, props),
      ),
  },
});

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  plugins: [headed],
  deepLinking: false, // its links would stand inside buttons, where a screen reader does not find them
  syntaxHighlight: false,
  validatorUrl: null, // asks no other site
  supportedSubmitMethods: ["get"], // what is written is public at once: `data-note` says so
});
