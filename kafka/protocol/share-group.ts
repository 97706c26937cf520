/** The requests for a share group: ShareGroupDescribe, version 1, and DescribeShareGroupOffsets, versions 0 and 1. */
import { readAssignment, readDescribedGroup, withoutSlash } from './consumer-group.ts'
import type { DescribedGroup, DescribedMember, GroupOffset } from './described-group.ts'
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

const SHARE_GROUP_DESCRIBE = 77
export const DESCRIBE_SHARE_GROUP_OFFSETS = 90
/** From Kafka 4.2 on. */
export const OFFSETS_WITH_LAG = 1
const UUID_BYTES = 16

/**
 * ShareGroupDescribe Request (Version: 1) => [group_ids] include_authorized_operations TAG_BUFFER
 * ShareGroupDescribe Response (Version: 1): as that of ConsumerGroupDescribe, but
 *     members => member_id rack_id member_epoch client_id client_host [subscribed_topic_names] assignment TAG_BUFFER
 */
export function shareGroup(group: string): SentRequest<DescribedGroup> {
  return flexibleRequest({
    ...{ apiKey: SHARE_GROUP_DESCRIBE, apiVersion: 1, apiName: 'ShareGroupDescribe' },
    write: (encoder) => writeArray(encoder, [group], (each) => encoder.writeUVarIntString(each)).writeBoolean(false),
    read: (decoder) => readDescribedGroup(decoder, readMember),
  })
}

function readMember(decoder: Decoder): DescribedMember {
  const member = readText(decoder)
  readText(decoder)
  decoder.readInt32()
  const [client, host] = [readText(decoder), readText(decoder)]
  readArray(decoder, readText)
  return { member, client, host: withoutSlash(host), assigned: readAssignment(decoder) }
}

/**
 * A start offset is written with what is acknowledged behind it, so it stays behind until more is: only the lag says that
 * all is done.
 *
 * DescribeShareGroupOffsets Request (Version: 0, 1) => [groups] TAG_BUFFER
 *   groups => group_id [topics] (null: all) TAG_BUFFER
 * DescribeShareGroupOffsets Response (Version: 0, 1) => throttle_time_ms [groups] TAG_BUFFER
 *   groups => group_id [topics] error_code error_message TAG_BUFFER
 *     topics => topic_name topic_id [partitions] TAG_BUFFER
 *       partitions => partition_index start_offset leader_epoch lag (1) error_code error_message TAG_BUFFER
 */
export function shareGroupOffsets(group: string, apiVersion: number): SentRequest<readonly GroupOffset[]> {
  return flexibleRequest({
    ...{ apiKey: DESCRIBE_SHARE_GROUP_OFFSETS, apiVersion, apiName: 'DescribeShareGroupOffsets' },
    write: (encoder) =>
      writeArray(encoder, [group], (each) => {
        encoder.writeUVarIntString(each).writeUVarInt(ALL_TOPICS).writeUVarInt(NO_TAGS)
      }),
    read(decoder) {
      decoder.readInt32()
      return readStructs(decoder, () => readOffsets(decoder, apiVersion >= OFFSETS_WITH_LAG)).flat()
    },
  })
}

/** An array that is null. */
const ALL_TOPICS = 0
const NO_TAGS = 0
const UNKNOWN = -1

function readOffsets(decoder: Decoder, withLag: boolean): readonly GroupOffset[] {
  readText(decoder)
  const found = readStructs(decoder, () => {
    const topic = readText(decoder)
    decoder.forward(UUID_BYTES)
    return readStructs(decoder, () => {
      const [partition, offset] = [decoder.readInt32(), Number(decoder.readInt64().toString())]
      decoder.readInt32()
      const lag = withLag ? Number(decoder.readInt64().toString()) : UNKNOWN
      throwFailure(decoder.readInt16(), decoder.readUVarIntString())
      return { topic, partition, offset, left: lag === UNKNOWN ? null : lag }
    })
  })
  throwFailure(decoder.readInt16(), decoder.readUVarIntString())
  return found.flat()
}
