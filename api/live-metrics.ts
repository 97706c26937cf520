/** What Prometheus reads of /live. */
import { Counter, Gauge, type Registry } from 'prom-client'

export interface LiveMetrics {
  readonly liveClients: Gauge<'carrier'>
  readonly liveSnapshots: Counter<'reason'>
}

export function liveMetrics(registers: Registry[]): LiveMetrics {
  return {
    liveClients: new Gauge({
      name: 'live_clients',
      help: 'Open connections at /live.',
      labelNames: ['carrier'],
      registers,
    }),
    liveSnapshots: new Counter({
      name: 'live_snapshots_total',
      help: 'Snapshots sent at /live, by their reason. Many of behind or slow: clients that cannot keep up.',
      labelNames: ['reason'],
      registers,
    }),
  }
}
