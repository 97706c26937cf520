/** What the simulated gateway in a process of its own and its host (./gateway-child.ts) tell each other. */
import type { StartFailureDetails } from '../start-failure.ts'
import type { SimulatorOptions } from './simulator.ts'
import type { WebhookTarget } from './webhook-sender.ts'

/** Nothing of it stands on a command line or in an environment, where other users could read the secrets. */
export type ToChild =
  | { readonly kind: 'start'; readonly options: Omit<SimulatorOptions, 'clock'> }
  | { readonly kind: 'webhooks'; readonly target: WebhookTarget }
  | { readonly kind: 'stop' }

export type FromChild =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'failed'; readonly failure: StartFailureDetails }
