/** What a process measures of what comes in by itself: commands over Kafka, by their topic, and webhooks. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { WebhookEnd } from '../reactors/payments/take-webhook.ts'
import { commandTopicNames, type CommandTopicName } from '../kafka/inbound/command-topics.ts'

/** `placed`, `rejected`: of an order; `taken`: of a report on a delivery. */
export type InboundOutcome = 'placed' | 'rejected' | 'taken' | 'parked'

const metricNames: Readonly<Record<CommandTopicName, string>> = {
  'order-commands': 'orders_over_kafka',
  'delivery-commands': 'delivery_reports_over_kafka',
}

export function inboundCounter(registers: Registry[]): (topic: CommandTopicName, outcome: InboundOutcome) => void {
  const counters = new Map(
    commandTopicNames.map((topic) => {
      const help = `Records of ${topic}, by outcome.`
      return [topic, new Counter({ name: `${metricNames[topic]}_total`, help, labelNames: ['outcome'], registers })]
    }),
  )
  return (topic, outcome) => counters.get(topic)?.inc({ outcome })
}

export type WebhookOutcome = WebhookEnd | 'unreadable' | 'bad-signature'

export function webhookCounter(registers: Registry[]): (outcome: WebhookOutcome) => void {
  const counter = new Counter({
    name: 'payment_webhooks_total',
    help: 'Webhooks of the payment provider, by outcome: recorded, asked, unknown, parked, unreadable, bad-signature.',
    labelNames: ['outcome'],
    registers,
  })
  return (outcome) => counter.inc({ outcome })
}

export function watchInbound(registers: Registry[], topic: CommandTopicName, isConsuming: () => boolean): void {
  new Gauge({
    name: `${metricNames[topic]}_consuming`,
    help: `1 while this process takes records of ${topic}.`,
    registers,
    collect() {
      this.set(isConsuming() ? 1 : 0)
    },
  })
}
