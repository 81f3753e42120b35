// The pure parts touch window only to start their timers; there is no browser here.
Object.assign(globalThis, {
  window: Object.assign(globalThis, { setInterval: () => 0, addEventListener: () => undefined }),
  location: { pathname: "/", search: "" },
});
