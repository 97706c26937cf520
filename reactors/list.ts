/** Every reactor. A new one is a file beside this one, and a line here. */
import { expireOrders } from './expire-orders.ts'
import type { Reactor } from './reactor.ts'

export const reactors: readonly Reactor[] = [expireOrders]

export const reactorNames: readonly string[] = reactors.map(({ name }) => name)
