// Preloaded into a service: 100 ms after SIGTERM nothing in its main thread goes on, as on a file system that is gone.
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.on('SIGTERM', () => {
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 100)
  })
}
