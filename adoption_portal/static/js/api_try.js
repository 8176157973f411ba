/* Starts Swagger UI on the page to try calls out; it follows the page's colours. */
(() => {
  "use strict";
  const place = document.getElementById("api-try");
  if (!place || typeof window.SwaggerUIBundle === "undefined") return;
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const colour = () => {
    const chosen = root.dataset.bsTheme;
    root.classList.toggle("dark-mode", chosen ? chosen === "dark" : system.matches);
  };
  colour();
  system.addEventListener("change", colour);
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.description,
    deepLinking: false,
    persistAuthorization: false,
    validatorUrl: null,
    syntaxHighlight: { activated: false },
    requestInterceptor: (request) => {
      // The session must not stand in for a token that is not there.
      if (!request.loadSpec) request.credentials = "omit";
      return request;
    },
  });
})();
