// Loaded before anything is painted: light or dark as chosen on this device, else as the system is.
try {
  const chosen = localStorage.getItem("voicepost-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing follows the system.
}
document.documentElement.classList.add("js");
