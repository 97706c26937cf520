// Preloaded into a service: as soon as its stop has begun, nothing in its main thread goes on, as on a file system that is
// gone.
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.on('SIGTERM', () => {
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })
}
