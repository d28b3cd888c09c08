// data-api-docs="url of the OpenAPI document": Swagger UI draws it there.
const place = document.querySelector("[data-api-docs]");
const { "X-CSRFToken": csrf } = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");

SwaggerUIBundle({
  url: place.dataset.apiDocs,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  requestInterceptor(request) {
    if (csrf && request.method && request.method !== "GET") request.headers["X-CSRFToken"] = csrf;
    return request;
  },
});

// Swagger UI goes by a class on <html>; the page by data-theme or, without it, by the system.
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
function follow() {
  const theme = root.dataset.theme ?? (system.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}
follow();
system.addEventListener("change", follow);
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
