/**
 * kafkajs' own view of a cluster, reached behind its back: what it offers to everybody reads partitions only in a group,
 * and knows but one kind of group. Sound as long as its version is pinned; there has been none after it since 2023.
 */
import type { Kafka } from 'kafkajs'
import type { AbortedTransaction, FetchedBatch } from '../client/record-batches.ts'
import type { SentRequest } from './sent-request.ts'

/** What of kafkajs 2.2.4 is used; src/cluster/index.js and src/broker/index.js. */
export interface ReachedCluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  refreshMetadata(): Promise<void>
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>
  findTopicPartitionMetadata(topic: string): readonly {
    readonly partitionId: number
    readonly leader: number
    readonly replicas: readonly number[]
    readonly isr: readonly number[]
  }[]
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>
  findBroker(node: { readonly nodeId: number | string }): Promise<ReachedBroker>
  findGroupCoordinator(of: { readonly groupId: string }): Promise<ReachedBroker>
  fetchTopicsOffset(topics: readonly object[]): Promise<
    readonly {
      readonly topic: string
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[]
    }[]
  >
  /** By the id of the node. */
  readonly brokerPool: { readonly brokers: Readonly<Record<string, unknown>> }
}

export interface ReachedBroker {
  readonly connectionPool: { send<Answer>(request: SentRequest<Answer>): Promise<Answer> }
  /** What the broker knows, by the key of each request; null until it is connected. */
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null
  fetch(
    request: object,
  ): Promise<{ readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[] }>
  /** Rejects with what the broker answers. */
  findGroupCoordinator(of: { readonly groupId: string; readonly coordinatorType: number }): Promise<unknown>
  listGroups(): Promise<{ readonly groups: readonly { readonly groupId: string; readonly protocolType: string }[] }>
}

export interface FetchedPartition {
  readonly partition: number
  readonly highWatermark: string
  readonly lastStableOffset?: string
  readonly abortedTransactions?: readonly AbortedTransaction[] | null
  readonly messages: readonly FetchedBatch[]
}

/** `isolationLevel`: 0: what is behind an open transaction is there, too; kafkajs' default hides it. */
export function reachedCluster(kafka: Kafka, isolationLevel: number): ReachedCluster {
  const key = Object.getOwnPropertySymbols(kafka).find((symbol) => symbol.description === 'private:Kafka:createCluster')
  const create: unknown = key === undefined ? undefined : Reflect.get(kafka, key)
  if (typeof create !== 'function') throw new Error('this kafkajs has no cluster to be reached: 2.2.4 has')
  return create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false, isolationLevel }) as ReachedCluster
}
