/** What to set so that a service uses the parts that run here. */
import type { Apicurio } from '../../cluster/apicurio.ts'
import type { KafkaCluster } from '../../cluster/kafka/kafka.ts'

/** By the names that app/config/variables.ts gives them. */
export function clusterVariables(kafka: KafkaCluster | null, registry: Apicurio): Readonly<Record<string, string>> {
  return { ...(kafka === null ? {} : kafkaVariables(kafka)), SCHEMA_REGISTRY_URL: registry.url }
}

export function kafkaVariables({ bootstrap, tls, sasl }: Pick<KafkaCluster, 'bootstrap' | 'tls' | 'sasl'>) {
  return {
    KAFKA_BROKERS: bootstrap.join(','),
    ...(tls === null ? {} : { KAFKA_TLS: 'on', KAFKA_TLS_CA: tls.caFile ?? '' }),
    ...(sasl === null
      ? {}
      : {
          KAFKA_SASL_MECHANISM: sasl.mechanism,
          KAFKA_SASL_USERNAME: sasl.username,
          KAFKA_SASL_PASSWORD: sasl.password,
        }),
  }
}
