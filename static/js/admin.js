// Unfold's pages have no landmark around their content.
"use strict";

document.addEventListener("DOMContentLoaded", () => document.getElementById("main")?.setAttribute("role", "main"));
