/** What a process measures of the orders that come over Kafka. */
import { Counter, Gauge, type Registry } from 'prom-client'

export type InboundOutcome = 'placed' | 'rejected' | 'parked'

export function inboundCounter(registers: Registry[]): (outcome: InboundOutcome) => void {
  const orders = new Counter({
    name: 'orders_over_kafka_total',
    help: 'Records of order-commands, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  return (outcome) => orders.inc({ outcome })
}

export function watchInbound(registers: Registry[], isConsuming: () => boolean): void {
  new Gauge({
    name: 'orders_over_kafka_consuming',
    help: '1 while this process takes orders over Kafka.',
    registers,
    collect() {
      this.set(isConsuming() ? 1 : 0)
    },
  })
}
