// Starts the page that shows the schema; a file of its own because the site allows no script within a page.
"use strict";
const place = document.getElementById("swagger-ui");
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  validatorUrl: null, // asks no other site
  supportedSubmitMethods: ["get"],
});
