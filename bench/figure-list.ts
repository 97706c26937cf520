/** Every figure, in the order in which they run: the shortest first, the million orders and the five million events last. */
import type { Figure } from './figure.ts'
import { codec } from './figures/codec.ts'
import { consumerGroup } from './figures/consumer-group.ts'
import { contention } from './figures/contention.ts'
import { expiry } from './figures/expiry.ts'
import { firstPaint } from './figures/first-paint.ts'
import { growth } from './figures/growth.ts'
import { topicAudit } from './kafka/topic-audit.ts'
import { groupCommitGain } from './figures/group-commit-gain.ts'
import { groupCommit } from './figures/group-commit.ts'
import { httpThroughput } from './figures/http-throughput.ts'
import { consumeRate, produceRate } from './figures/kafka-commands.ts'
import { kafkaFeedRate } from './figures/kafka-feed-rate.ts'
import { latencyAtHalfPeak } from './figures/latency-at-half-peak.ts'
import { forecastQuality } from './insights/forecast-quality.ts'
import { alertLatency } from './insights/alert-latency.ts'
import { besideBehaviour } from './insights/beside-behaviour.ts'
import { insightLatency } from './insights/insight-latency.ts'
import { openSessions } from './insights/open-sessions.ts'
import { userEventRate } from './insights/user-event-rate.ts'
import { recommendationQuality } from './insights/recommendation-quality.ts'
import { idleClients, onlookersCost, orderSeen } from './live/live.ts'
import { pageMemory } from './live/page-memory.ts'
import { orderPainted } from './live/painted.ts'
import { livesTold, livesUntold, paidAtOnce, paidOnceScored } from './lives/lives.ts'
import { loneOrder } from './figures/lone-order.ts'
import { longLog } from './figures/long-log.ts'
import { longStream } from './figures/long-stream.ts'
import { memoryUse } from './figures/memory-use.ts'
import { observabilityCost } from './figures/observability-cost.ts'
import { orderLatency } from './figures/order-latency.ts'
import { projectionRate } from './figures/projection-rate.ts'
import { readBesideOrders } from './figures/read-beside-orders.ts'
import { reactorRate } from './figures/reactor-rate.ts'
import { readLatency } from './figures/read-latency.ts'
import { relayRate, replicatedRelayRate } from './figures/relay-rate.ts'
import { rehearsal } from './figures/rehearsal.ts'
import { registryLatency } from './figures/registry-latency.ts'
import { replayRate } from './figures/replay-rate.ts'
import { fraudQuality } from './insights/fraud-quality.ts'
import { schemaCheck } from './figures/schema-check.ts'
import { shownOverKafka } from './figures/shown-over-kafka.ts'
import { startTime } from './figures/start-time.ts'
import { wireFormatFigure } from './figures/wire-format.ts'

export const figures: readonly Figure[] = [
  codec,
  wireFormatFigure,
  schemaCheck,
  fraudQuality,
  groupCommit,
  startTime,
  firstPaint,
  httpThroughput,
  groupCommitGain,
  contention,
  latencyAtHalfPeak,
  projectionRate,
  observabilityCost,
  orderLatency,
  loneOrder,
  expiry,
  paidAtOnce,
  paidOnceScored,
  reactorRate,
  livesUntold,
  livesTold,
  readLatency,
  readBesideOrders,
  orderSeen,
  orderPainted,
  onlookersCost,
  idleClients,
  forecastQuality,
  recommendationQuality,
  insightLatency,
  userEventRate,
  besideBehaviour,
  openSessions,
  alertLatency,
  registryLatency,
  rehearsal,
  relayRate,
  replicatedRelayRate,
  kafkaFeedRate,
  shownOverKafka,
  produceRate,
  consumeRate,
  consumerGroup,
  pageMemory,
  replayRate,
  longLog,
  memoryUse,
  longStream,
  growth,
  topicAudit,
]
