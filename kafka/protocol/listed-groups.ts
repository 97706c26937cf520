/** The request for the groups that a broker coordinates, with their kinds: ListGroups, version 5 (Kafka 3.8). */
import type { ListedGroup } from './described-group.ts'
import { flexibleRequest, readStructs, readText, throwFailure, writeArray, type SentRequest } from './sent-request.ts'

export const LIST_GROUPS = 16
export const LISTED_WITH_KINDS = 5

const CLASSIC = 'classic'
/** What classic groups of consumers call their protocol; those that only committed offsets have none. */
const CONSUMERS: ReadonlySet<string> = new Set(['consumer', ''])

/**
 * ListGroups Request (Version: 5) => [states_filter] [types_filter] TAG_BUFFER
 * ListGroups Response (Version: 5) => throttle_time_ms error_code [groups] TAG_BUFFER
 *   groups => group_id protocol_type group_state group_type TAG_BUFFER
 */
export function listedGroups(): SentRequest<readonly ListedGroup[]> {
  return flexibleRequest({
    ...{ apiKey: LIST_GROUPS, apiVersion: LISTED_WITH_KINDS, apiName: 'ListGroups' },
    write: (encoder) =>
      writeArray(
        writeArray(encoder, [], () => undefined),
        [],
        () => undefined,
      ),
    read(decoder) {
      decoder.readInt32()
      throwFailure(decoder.readInt16())
      return readStructs(decoder, () => {
        const [group, protocol] = [readText(decoder), readText(decoder)]
        const [state, kind] = [readText(decoder), readText(decoder).toLowerCase()]
        return { group, protocol, state, kind }
      })
        .filter(({ kind, protocol }) => kind !== CLASSIC || CONSUMERS.has(protocol))
        .map(({ group, kind, state }) => ({ group, kind, state }))
    },
  })
}
