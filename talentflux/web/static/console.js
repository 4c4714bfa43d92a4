// Starts the API console; a file of its own so that pages need no inline script.
window.addEventListener("load", () => {
  SwaggerUIBundle({ url: "/openapi.json", dom_id: "#console", deepLinking: true, docExpansion: "none", defaultModelsExpandDepth: -1 });
});
