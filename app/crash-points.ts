/** The fault hook of the crash tests: kills this process at a named place, without warning, as a power cut would. */
import { appendFileSync } from 'node:fs'

/** On the way of an order. */
export const orderPointNames = ['append.before', 'append.sent', 'append.after', 'projector.transaction'] as const
/** On the way of a replay: during COPY, while it dual-writes, between comparison and switch. */
export const replayPointNames = ['replay.copied', 'replay.riding', 'replay.compared'] as const
/** On the way of an event to Kafka: read, handed over and perhaps sent, acknowledged, its checkpoint moved. */
export const relayPointNames = ['relay.read', 'relay.sent', 'relay.acked', 'relay.checkpointed'] as const
/** On the way of an order that comes over Kafka: in hand, committed, its place moved with a bad record parked. */
export const inboundPointNames = ['inbound.taken', 'inbound.decided', 'inbound.parked'] as const
/** On the way of a parked record to the topic of dead letters: read, acknowledged and not yet marked. */
export const letterPointNames = ['letters.read', 'letters.sent'] as const
/** On the way of a reactor: read, noted what is due; due, before and after an effect and a command, what is settled gone. */
export const reactorPointNames = [
  'reactor.read',
  'reactor.filled',
  'reactor.taken',
  'reactor.calling',
  'reactor.called',
  'reactor.asking',
  'reactor.asked',
  'reactor.decided',
  'reactor.settled',
] as const
/** On the way of a reactor that knows what came before: fetched what events ask for; all of it written, and not committed. */
export const foldingPointNames = ['reactor.prepared', 'reactor.folded'] as const
/** On the way of a message of the payment provider: before and after its command; parked, and not answered yet. */
export const webhookPointNames = ['webhook.asking', 'webhook.asked', 'webhook.parked'] as const
/** Those that a service without Kafka passes as it takes orders. */
export const storePointNames = [...orderPointNames, ...replayPointNames] as const
/** On the way of user events over Kafka: read, and kept with their place. */
export const behaviourPointNames = ['behaviour.read', 'behaviour.kept'] as const
export const crashPointNames = [
  ...storePointNames,
  ...relayPointNames,
  ...inboundPointNames,
  ...letterPointNames,
  ...reactorPointNames,
  ...foldingPointNames,
  ...webhookPointNames,
  ...behaviourPointNames,
] as const

export type OrderPoint = (typeof orderPointNames)[number]
export type ReplayPoint = (typeof replayPointNames)[number]
export type StorePoint = (typeof storePointNames)[number]

export type CrashPoint = (typeof crashPointNames)[number]

/** Where to crash: at the `nth` passage (from 1) of `point`, which is noted as a line of `logFile` first. */
export interface CrashPlan {
  readonly point: CrashPoint
  readonly nth: number
  readonly logFile: string | null
}

/** What the parts call as they pass a point. Without a plan it does nothing. */
export function crashPoints(config: { readonly crash: CrashPlan | null }): (point: CrashPoint) => void {
  const plan = config.crash
  if (plan === null) return () => {}
  let passages = 0
  return (point) => {
    if (point !== plan.point) return
    passages += 1
    if (passages !== plan.nth) return
    // Written before the kill, synchronously: the harness counts how often each point really fired.
    if (plan.logFile !== null) appendFileSync(plan.logFile, `${point}:${String(plan.nth)} ${String(process.pid)}\n`)
    process.kill(process.pid, 'SIGKILL')
  }
}
