// Not a module: it runs before anything is painted, so that the page does not flash.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "auto";
