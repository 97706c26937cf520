// Preloaded into a service: collects its garbage when asked to, so that what is left is what it keeps.
process.on('SIGUSR2', () => globalThis.gc())
