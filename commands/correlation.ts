/** The trace a request belongs to (W3C `traceparent`): its id becomes the correlation id of the events. */

const TRACEPARENT =
  /^[0-9a-f]{2}-([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})-[0-9a-f]{16}-[0-9a-f]{2}/
const NO_TRACE = '00000000-0000-0000-0000-000000000000'

/** The trace id as a uuid; null when the header is absent or malformed, which RFC-conformantly starts a new trace. */
export function traceIdOf(traceparent: unknown): string | null {
  if (typeof traceparent !== 'string' || traceparent.startsWith('ff')) return null
  const match = TRACEPARENT.exec(traceparent)
  if (match === null) return null
  const id = match.slice(1).join('-')
  return id === NO_TRACE ? null : id
}
