/** The request for a group of the consumer protocol: ConsumerGroupDescribe, version 0. */
import type { DescribedGroup, DescribedMember } from './described-group.ts'
import {
  flexibleRequest,
  readArray,
  readStructs,
  readText,
  throwFailure,
  writeArray,
  type Decoder,
  type SentRequest,
} from './sent-request.ts'

const CONSUMER_GROUP_DESCRIBE = 69
const GROUP_ID_NOT_FOUND = 69
/** Of a topic. */
const UUID_BYTES = 16

/** One that is gone since it was listed. */
const GONE: DescribedGroup = { state: 'Dead', members: [] }

/**
 * ConsumerGroupDescribe Request (Version: 0) => [group_ids] include_authorized_operations TAG_BUFFER
 * ConsumerGroupDescribe Response (Version: 0) => throttle_time_ms [groups] TAG_BUFFER
 *   groups => error_code error_message group_id group_state group_epoch assignment_epoch assignor_name [members]
 *             authorized_operations TAG_BUFFER
 *     members => member_id instance_id rack_id member_epoch client_id client_host [subscribed_topic_names]
 *                subscribed_topic_regex assignment target_assignment TAG_BUFFER
 */
export function consumerGroup(group: string): SentRequest<DescribedGroup> {
  return flexibleRequest({
    ...{ apiKey: CONSUMER_GROUP_DESCRIBE, apiVersion: 0, apiName: 'ConsumerGroupDescribe' },
    write: (encoder) => writeArray(encoder, [group], (each) => encoder.writeUVarIntString(each)).writeBoolean(false),
    read: (decoder) => readDescribedGroup(decoder, readMember),
  })
}

/** As share groups are described, too; they have members of their own. */
export function readDescribedGroup(decoder: Decoder, readEach: (decoder: Decoder) => DescribedMember): DescribedGroup {
  decoder.readInt32()
  const [found = GONE] = readStructs(decoder, (): DescribedGroup => {
    const [code, message] = [decoder.readInt16(), decoder.readUVarIntString()]
    if (code !== GROUP_ID_NOT_FOUND) throwFailure(code, message)
    readText(decoder)
    const state = readText(decoder)
    decoder.readInt32()
    decoder.readInt32()
    readText(decoder)
    const members = readStructs(decoder, readEach)
    decoder.readInt32()
    return code === GROUP_ID_NOT_FOUND ? GONE : { state, members }
  })
  return found
}

function readMember(decoder: Decoder): DescribedMember {
  const member = readText(decoder)
  readText(decoder)
  readText(decoder)
  decoder.readInt32()
  const [client, host] = [readText(decoder), readText(decoder)]
  readArray(decoder, readText)
  readText(decoder)
  const assigned = readAssignment(decoder)
  readAssignment(decoder)
  return { member, client, host: withoutSlash(host), assigned }
}

/** assignment => [topic_partitions] TAG_BUFFER; topic_partitions => topic_id topic_name [partitions] TAG_BUFFER */
export function readAssignment(decoder: Decoder): DescribedMember['assigned'] {
  const topics = readStructs(decoder, () => {
    decoder.forward(UUID_BYTES)
    const topic = readText(decoder)
    return readArray(decoder, () => ({ topic, partition: decoder.readInt32() }))
  })
  decoder.readTaggedFields()
  return topics.flat()
}

/** Brokers write addresses as Java does. */
export function withoutSlash(host: string): string {
  return host.replace(/^\//, '')
}
