// Shows the description of this very server; nothing is asked of any other machine.
SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  // A key that is typed in stays in this page and is gone with it.
  persistAuthorization: false,
});
