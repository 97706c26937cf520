/** Which cluster, and as whom. */

/** Plain data: it is handed to threads as it is. */
export interface KafkaSettings {
  /** host:port of each. */
  readonly brokers: readonly string[]
  /** Before the name of every topic and group. */
  readonly prefix: string
  readonly tls: KafkaTls | null
  readonly sasl: KafkaSasl | null
}

export interface KafkaTls {
  /** A file of certificates in PEM; null: the authorities that Node trusts. */
  readonly caFile: string | null
}

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

export interface KafkaSasl {
  readonly mechanism: (typeof saslMechanisms)[number]
  readonly username: string
  readonly password: string
}
