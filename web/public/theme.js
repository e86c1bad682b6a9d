// Sets theme and density before the first paint. A file of its own: the page's policy allows no inline script.
(function () {
  var chosen = {};
  try {
    chosen = JSON.parse(localStorage.getItem("mosaicfs.look") || "{}") || {};
  } catch (_) {
    chosen = {};
  }
  var root = document.documentElement;
  var isDark = chosen.theme === "dark" || (chosen.theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = isDark ? "dark" : "light";
  root.dataset.density = chosen.density === "compact" ? "compact" : "comfortable";
})();
