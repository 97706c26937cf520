/**
 * Takes a timer from kafkajs that each connection sets every millisecond while it has nothing to do: it looks for requests
 * that wait, though one that has to wait sets the same timer by itself. With the dozen connections of a service that was a
 * fifth of a processor, and under load far more (https://github.com/tulios/kafkajs/issues/1556).
 */
import { partOfKafkajs } from './kafkajs-release.ts'

interface RequestQueue {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests(): void
}

export function quietIdleConnections(): void {
  const { prototype } = partOfKafkajs<{ readonly prototype: RequestQueue }>('network/requestQueue')
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}
