// The time zone of this browser is offered to who has chosen none yet. It may have a name that the
// list does not know, an older or a newer one: the server will tell whether it is any.

const list = document.querySelector("[data-browser-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

// “UTC” and its like are what a browser says that keeps its zone to itself.
if (list && zone.includes("/") && !zone.startsWith("Etc/")) {
  if (![...list.options].some((option) => option.value === zone)) list.add(new Option(zone, zone));
  list.value = zone;
}
