/**
 * Every error the API answers with. The codes are part of the contract: docs/errors.md is made from this table, the
 * OpenAPI document lists them, and /problems/<code>, the `type` of a problem, shows them. HTTP status numbers of errors
 * stand here and nowhere else. More than 300 lines, because it is one table.
 */

export interface ProblemKind {
  readonly status: number
  readonly title: string
  /** What it means, in a sentence. */
  readonly meaning: string
  /** What to do next, in a sentence. */
  readonly next: string
}

export const PROBLEMS = {
  'malformed-request': {
    status: 400,
    title: 'Malformed HTTP',
    meaning: 'The request is no valid HTTP: its syntax, its framing, its Host header or the encoding of its path.',
    next: 'Correct the client; the detail says what was found.',
  },
  'invalid-json': {
    status: 400,
    title: 'Unreadable body',
    meaning: 'The body is no JSON in valid UTF-8, or it has a key that is never accepted (`__proto__`, `constructor`).',
    next: 'Send JSON. Of two equal keys in one object the last one counts, so send each once.',
  },
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    meaning: 'A value has the wrong type, lies outside its bounds, is missing, or is not known here.',
    next: 'Correct what `errors` points to. Values are never converted: `"3"` is not 3.',
  },
  unauthorized: {
    status: 401,
    title: 'Token needed',
    meaning: 'This service wants a token, and the request has none or an unknown one.',
    next: 'Send `Authorization: Bearer <token>` with a token of API_TOKENS.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    meaning: 'The role of the token does not include this operation.',
    next: 'Use a token of the role that the detail names: read < order < operate < admin.',
  },
  'host-not-allowed': {
    status: 403,
    title: 'Host not allowed',
    meaning: 'Without tokens only requests for this machine by a loopback name are served (DNS rebinding).',
    next: 'Ask for localhost, 127.0.0.1 or [::1], or configure API_TOKENS.',
  },
  'simulation-off': {
    status: 403,
    title: 'Simulation is off',
    meaning: 'Random orders are not placed in production.',
    next: 'Use a service that runs with NODE_ENV other than production.',
  },
  'not-found': {
    status: 404,
    title: 'No such path',
    meaning: 'The API has no such path.',
    next: 'See /docs/ for the paths there are.',
  },
  'order-not-found': {
    status: 404,
    title: 'No such order',
    meaning: 'There is no order of this id, or the view does not show it yet.',
    next: 'Check the id. Just placed? Read with `?after=` and the X-Position of the command.',
  },
  'product-not-found': {
    status: 404,
    title: 'No such product',
    meaning: 'The catalogue has no product of this SKU, or the view does not show it yet.',
    next: 'Check the SKU, or list the product first.',
  },
  'schema-not-found': {
    status: 404,
    title: 'No such type of event',
    meaning: 'This release has no schemas of an event of this name.',
    next: 'See GET /schemas for the types of events there are.',
  },
  'topic-not-found': {
    status: 404,
    title: 'No such topic',
    meaning: 'The cluster has no topic of ours of this name, or the topic has no such partition.',
    next: 'See GET /topics for those there are; `orderledger topics create` makes those that we need.',
  },
  'kafka-not-configured': {
    status: 404,
    title: 'No Kafka here',
    meaning: 'This service runs without Kafka, so there are no topics and no consumer groups.',
    next: 'Set KAFKA_BROKERS (and TOPIC_PREFIX) and start again; `npm run cluster` gives a cluster to try.',
  },
  'customer-not-found': {
    status: 404,
    title: 'No such customer',
    meaning: 'There is no customer of this id, or the view does not show it yet.',
    next: 'Check the id, or register the customer first.',
  },
  'projection-not-found': {
    status: 404,
    title: 'No such projection',
    meaning: 'There is no projection of this name.',
    next: 'See /projections for those there are.',
  },
  'reactor-not-found': {
    status: 404,
    title: 'No such reactor',
    meaning: 'There is no reactor of this name.',
    next: 'See /reactors for the reactors of this release.',
  },
  'dead-letter-not-found': {
    status: 404,
    title: 'No such dead letter',
    meaning: 'There is no dead letter of this id.',
    next: 'See /dead-letters for those there are.',
  },
  'replay-not-found': {
    status: 404,
    title: 'No such replay',
    meaning: 'There is no replay of this id.',
    next: 'See /replays for the newest ones.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not with this method.',
    next: 'Use a method of the `Allow` header.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request too slow',
    meaning: 'The request did not arrive whole in 10 seconds.',
    next: 'Send it again, whole.',
  },
  'order-exists': {
    status: 409,
    title: 'Order exists',
    meaning: 'There is an order of this id with another customer or other lines.',
    next: 'Choose another id, or read the order that exists.',
  },
  'product-exists': {
    status: 409,
    title: 'Product exists',
    meaning: 'There is a product of this SKU that was listed with other content.',
    next: 'Choose another SKU, or change the price or the stock of the one that exists.',
  },
  'customer-exists': {
    status: 409,
    title: 'Customer exists',
    meaning: 'There is a customer of this id that was registered with other content.',
    next: 'Choose another id, or read the customer that exists.',
  },
  'order-not-cancellable': {
    status: 409,
    title: 'Order cannot be cancelled',
    meaning: 'Only a placed or confirmed order can be cancelled.',
    next: 'Read the order: its status says what became of it.',
  },
  'replay-unfinished': {
    status: 409,
    title: 'Replay under way',
    meaning: 'The projection is being replayed already; `replayId` names it.',
    next: 'Watch it at /replays/<replayId>, or cancel it first.',
  },
  'version-mismatch': {
    status: 412,
    title: 'Changed meanwhile',
    meaning: 'The order has another version than `If-Match` names; nothing was done.',
    next: 'Read the order again, decide again, and send its present ETag.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    meaning: 'The body has more than 64 KiB.',
    next: 'Send less in one request.',
  },
  'path-too-long': {
    status: 414,
    title: 'Path too long',
    meaning: 'A part of the path is longer than any id.',
    next: 'Check the id in the path.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Not JSON',
    meaning: 'The body is not declared as JSON.',
    next: 'Send `Content-Type: application/json`.',
  },
  'expectation-failed': {
    status: 417,
    title: 'Expectation failed',
    meaning: 'The `Expect` header asks for something else than 100-continue.',
    next: 'Leave the header out.',
  },
  'out-of-stock': {
    status: 422,
    title: 'Out of stock',
    meaning: 'Fewer units are free than the order asks for; `shortages` names them. The order is recorded as rejected.',
    next: 'Order fewer units, or try later under a new order id.',
  },
  'unknown-product': {
    status: 422,
    title: 'Unknown product',
    meaning: 'A line names a product that is not in the catalogue. The order is recorded as rejected.',
    next: 'Check the SKUs that the detail names; order again under a new order id.',
  },
  'unknown-customer': {
    status: 422,
    title: 'Unknown customer',
    meaning: 'The customer is not registered. The order is recorded as rejected.',
    next: 'Register the customer, then order again under a new order id.',
  },
  'order-too-large': {
    status: 422,
    title: 'Order too large',
    meaning: 'The total is past 2^53 - 1 minor units. The order is recorded as rejected.',
    next: 'Split the order.',
  },
  'wrong-currency': {
    status: 422,
    title: 'Wrong currency',
    meaning: 'A price is not in the currency of the shop. An order with such a product is recorded as rejected.',
    next: 'State prices in the currency that the detail names.',
  },
  'rejected-before': {
    status: 422,
    title: 'Rejected before',
    meaning: 'The order was rejected for a reason recorded by a newer release.',
    next: 'Order again under a new order id.',
  },
  'stock-below-reserved': {
    status: 422,
    title: 'Stock is reserved',
    meaning: 'The correction would leave fewer units on hand than orders have reserved.',
    next: 'Cancel orders first, or correct by less.',
  },
  'stock-too-large': {
    status: 422,
    title: 'Stock too large',
    meaning: 'The stock would pass 2^53 - 1 units.',
    next: 'Check the quantity.',
  },
  'key-reused': {
    status: 422,
    title: 'Key used for another request',
    meaning: 'This Idempotency-Key came before with another method, path or body; nothing was done.',
    next: 'Use a new key for a new request.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'This client has used up its requests of this second.',
    next: 'Wait as long as `Retry-After` says, then send fewer.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    meaning: 'The request line and the headers together have more than 16 KiB.',
    next: 'Send fewer or shorter headers, or a shorter query.',
  },
  'internal-error': {
    status: 500,
    title: 'Defect',
    meaning: 'The service has a defect. Of a command it is not known whether it was done.',
    next: 'Report the requestId; the log has the cause under it. A command with a key can be repeated safely.',
  },
  overloaded: {
    status: 503,
    title: 'Overloaded',
    meaning: 'More requests wait than can be served in time; nothing was done.',
    next: 'Try again after `Retry-After`, with growing pauses.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Store unavailable',
    meaning: 'Postgres does not answer, or not in time; nothing was done.',
    next: 'Try again after `Retry-After`; /readyz says when the service is well again.',
  },
  'kafka-unreachable': {
    status: 503,
    title: 'Kafka unreachable',
    meaning: 'No broker of KAFKA_BROKERS answers, or not in time.',
    next: 'Try again after `Retry-After`. Orders are taken and shown all the same.',
  },
  'outcome-unknown': {
    status: 503,
    title: 'Outcome unknown',
    meaning: 'The connection to Postgres was lost while the command was written: it was done once, or not at all.',
    next: 'Repeat the request with the same Idempotency-Key or the same id: it is done once, whatever happened.',
  },
  stopping: {
    status: 503,
    title: 'Stopping',
    meaning: 'This process is shutting down; nothing was done.',
    next: 'Try again after `Retry-After`; another process, or this one restarted, will answer.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    meaning: 'The service cannot do its work now; `checks` says why.',
    next: 'Wait for it; the detail of the failed check says what to look at.',
  },
  rebuilding: {
    status: 503,
    title: 'Being rebuilt',
    meaning: 'The release that runs shows other columns than its tables have; they are being rebuilt from the log.',
    next: 'Try again after `Retry-After`; /projections says how far it is.',
  },
  'not-there-yet': {
    status: 504,
    title: 'Not there yet',
    meaning: 'The view did not reach the position of `?after` within 5 seconds.',
    next: 'Ask again after `Retry-After`; check that the position came from an X-Position.',
  },
} as const satisfies Readonly<Record<string, ProblemKind>>

export type ProblemCode = keyof typeof PROBLEMS

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text)
}

/** The table in words: the content of docs/errors.md. */
export function errorsDocument(): string {
  const sections = Object.entries<ProblemKind>(PROBLEMS).map(
    ([code, { status, title, meaning, next }]) =>
      `<a id="${code}"></a>\n### \`${code}\`\n\n${String(status)} · ${title}\n\n${meaning}\n\n**Next:** ${next}\n`,
  )
  return `${INTRODUCTION}\n${sections.join('\n')}`
}

const INTRODUCTION = `# Errors of the API

Every error is an \`application/problem+json\` document (RFC 9457): \`type\` (a path of the service that documents it),
\`title\`, \`status\`, \`detail\` (what happened this time), \`instance\` (the path asked for), \`code\`, \`requestId\` (names the
request in the logs) and, where parts of the request are wrong, \`errors\`: \`[{in, pointer, message}]\` with \`in\` one of
body, query, path, header and \`pointer\` a JSON pointer into it. A refused order adds \`orderId\` and \`shortages\`.

Statuses 429, 503 and 504 come with \`Retry-After\` in seconds. Repeating a command is safe with the same
\`Idempotency-Key\`, or with an id that the client named.

## Codes
`
