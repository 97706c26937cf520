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
    meaning: 'The request is not valid HTTP: its syntax, framing, Host header or path encoding is wrong.',
    next: 'Correct the client. `detail` says what is wrong.',
  },
  'invalid-json': {
    status: 400,
    title: 'Unreadable body',
    meaning: 'The body is not JSON in valid UTF-8, or has a forbidden key (`__proto__`, `constructor`).',
    next: 'Send JSON. If an object has a key twice, the last one counts, so send each key once.',
  },
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    meaning: 'A value has the wrong type, is out of bounds, is missing, or has an unknown name.',
    next: 'Correct the values that `errors` points to. The service does not convert values: `"3"` is not 3.',
  },
  'card-number': {
    status: 400,
    title: 'Card number',
    meaning: 'The property `card` has the number of a card. The service neither keeps nor logs it.',
    next: "Send the provider's name for the card (its token or fingerprint), never its number.",
  },
  unauthorized: {
    status: 401,
    title: 'Token needed',
    meaning: 'This service requires a token. The request has no token or an unknown one.',
    next: 'Send `Authorization: Bearer <token>` with a token of API_TOKENS.',
  },
  'bad-signature': {
    status: 401,
    title: 'Bad signature',
    meaning:
      'A webhook is not signed, its signature is not that of its bytes, or it is more than five minutes old or ahead.',
    next: 'Sign the bytes that are sent, with the present time and PAYMENT_WEBHOOK_SECRET (docs/payments.md).',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    meaning: 'The role of the token does not include this operation.',
    next: 'Use a token with the role that `detail` names: read < order < operate < admin; collect sends user events alone.',
  },
  'host-not-allowed': {
    status: 403,
    title: 'Host not allowed',
    meaning: 'Without tokens the service answers only requests to a loopback name (against DNS rebinding).',
    next: 'Use localhost, 127.0.0.1 or [::1], or set API_TOKENS.',
  },
  'origin-not-allowed': {
    status: 403,
    title: 'Origin not allowed',
    meaning:
      'A web page of another origin sent a request that may change something (Sec-Fetch-Site or Origin says so).',
    next: 'Send it from a page of this service or from a program; a proxy in front of the service must pass Host on.',
  },
  'simulation-off': {
    status: 403,
    title: 'Simulation is off',
    meaning: 'The service does not place random orders in production.',
    next: 'Use a service whose NODE_ENV is not production.',
  },
  'not-found': {
    status: 404,
    title: 'No such path',
    meaning: 'The API does not have this path.',
    next: 'See /docs/ for all paths.',
  },
  'order-not-found': {
    status: 404,
    title: 'No such order',
    meaning: 'No order has this id, or the view does not show it yet.',
    next: 'Check the id. If you have just placed the order, read with `?after=` and the X-Position of the command.',
  },
  'product-not-found': {
    status: 404,
    title: 'No such product',
    meaning: 'No product has this SKU, or the view does not show it yet.',
    next: 'Check the SKU, or list the product first.',
  },
  'schema-not-found': {
    status: 404,
    title: 'No such event type',
    meaning: 'This release has no schemas for an event with this name.',
    next: 'See GET /schemas for all event types.',
  },
  'topic-not-found': {
    status: 404,
    title: 'No such topic',
    meaning: 'The service has no topic with this name, or the topic does not have this partition.',
    next: 'See GET /topics for all topics; `orderledger topics create` creates missing ones.',
  },
  'kafka-not-configured': {
    status: 404,
    title: 'Kafka not configured',
    meaning: 'This service runs without Kafka, so it has no topics and no consumer groups.',
    next: 'Set KAFKA_BROKERS (and TOPIC_PREFIX) and restart the service; `npm run cluster` starts a local cluster.',
  },
  'customer-not-found': {
    status: 404,
    title: 'No such customer',
    meaning: 'No customer has this id, or the view does not show it yet.',
    next: 'Check the id, or register the customer first.',
  },
  'projection-not-found': {
    status: 404,
    title: 'No such projection',
    meaning: 'No projection has this name.',
    next: 'See /projections for all projections.',
  },
  'reactor-not-found': {
    status: 404,
    title: 'No such reactor',
    meaning: 'No reactor has this name.',
    next: 'See /reactors for the reactors of this release.',
  },
  'email-not-found': {
    status: 404,
    title: 'No such mail',
    meaning: 'The embedded inbox has no mail with this id, or no longer: it keeps the newest 1,000.',
    next: 'See /emails for the mails that it has.',
  },
  'payment-not-found': {
    status: 404,
    title: 'No such payment',
    meaning: 'Nobody has begun to pay the order.',
    next: 'Pay it with POST /payments.',
  },
  'fraud-alert-not-found': {
    status: 404,
    title: 'No such fraud alert',
    meaning: 'No attempt to pay has raised an alert with this id.',
    next: 'See GET /fraud-alerts. An alert shows a moment after it was raised.',
  },
  'delivery-not-found': {
    status: 404,
    title: 'No such delivery',
    meaning: 'The order has no delivery: it is not paid.',
    next: 'Pay it with POST /payments.',
  },
  'cause-not-parked': {
    status: 404,
    title: 'Nothing is parked there',
    meaning: 'The reactor has parked nothing of the event at this position.',
    next: 'See /reactors for what each reactor has parked.',
  },
  'dead-letter-not-found': {
    status: 404,
    title: 'No such dead letter',
    meaning: 'No dead letter has this id.',
    next: 'See /dead-letters for all dead letters.',
  },
  'event-not-found': {
    status: 404,
    title: 'No such event',
    meaning: 'The log has no event at this position.',
    next: 'See /events for those that it has; positions begin at 1.',
  },
  'replay-not-found': {
    status: 404,
    title: 'No such replay',
    meaning: 'No replay has this id.',
    next: 'See /replays for the newest ones.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The path exists, but not with this method.',
    next: 'Use a method from the `Allow` header.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request too slow',
    meaning: 'The request did not arrive completely within 10 seconds.',
    next: 'Send the complete request again.',
  },
  'demand-exists': {
    status: 409,
    title: 'Demand exists',
    meaning: 'Other numbers are recorded for one of these days. Nothing was changed.',
    next: 'Send `replace: true` to replace them.',
  },
  'already-reviewed': {
    status: 409,
    title: 'Already reviewed',
    meaning: 'Somebody has reviewed this alert with the other verdict. Nothing was changed.',
    next: 'Read the alert. A verdict stays: cancel the order or talk to the customer if it was wrong.',
  },
  'order-exists': {
    status: 409,
    title: 'Order exists',
    meaning: 'An order with this id exists, with another customer or other lines.',
    next: 'Choose another id, or read the existing order.',
  },
  'product-exists': {
    status: 409,
    title: 'Product exists',
    meaning: 'A product with this SKU exists, with other content.',
    next: 'Choose another SKU, or change the price or the stock of the existing product.',
  },
  'customer-exists': {
    status: 409,
    title: 'Customer exists',
    meaning: 'A customer with this id exists, with other content.',
    next: 'Choose another id, or read the existing customer.',
  },
  'order-not-cancellable': {
    status: 409,
    title: 'Order cannot be cancelled',
    meaning:
      'Only a placed or confirmed order that is not on its way can be cancelled. `deliveryStatus` is null where nothing was to be delivered.',
    next: 'Read the order and check its status. What was delivered can be returned.',
  },
  'order-not-payable': {
    status: 409,
    title: 'Order cannot be paid',
    meaning: 'Only a placed order can be paid; `orderStatus` is its present status.',
    next: 'Read the order. A confirmed one is paid already; place any other again.',
  },
  'payment-open': {
    status: 409,
    title: 'A payment is under way',
    meaning: 'An earlier attempt to pay the order has no outcome yet.',
    next: 'Read the payment until the attempt has ended, at most two minutes; then try again.',
  },
  'too-many-attempts': {
    status: 409,
    title: 'Too many attempts',
    meaning: 'The order has had 20 attempts to pay.',
    next: 'Cancel the order and place another.',
  },
  'nothing-to-refund': {
    status: 409,
    title: 'Nothing to refund',
    meaning: 'No money of the order is left: nothing was captured, or all of it was refunded.',
    next: 'Read the payment: it lists every refund.',
  },
  'delivery-not-possible': {
    status: 409,
    title: 'Delivery does not fit',
    meaning: 'The report does not fit the delivery; `deliveryStatus` is its present status.',
    next: 'Read the delivery. If it was dispatched again meanwhile, name the dispatch in the report.',
  },
  'order-not-returnable': {
    status: 409,
    title: 'Order cannot be returned',
    meaning: 'Only what was delivered can be returned; `orderStatus` is the present status of the order.',
    next: 'Cancel an order that is not on its way.',
  },
  'price-changed': {
    status: 409,
    title: 'Price changed',
    meaning:
      'A price in the cart is not that of the catalogue; `prices` has both, in major units. Nothing was ordered.',
    next: 'Show the customer the prices of the catalogue, and send the cart again with them and another Idempotency-Key.',
  },
  'replay-unfinished': {
    status: 409,
    title: 'Replay in progress',
    meaning: 'A replay of this projection is already running; `replayId` names it.',
    next: 'Watch it at /replays/<replayId>, or cancel it first.',
  },
  'version-mismatch': {
    status: 412,
    title: 'Order has changed',
    meaning: 'The version of the order is not the one in `If-Match`. Nothing was done.',
    next: 'Read the order again, decide again, and send its current ETag.',
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
    meaning: 'A part of the path is longer than any id can be.',
    next: 'Check the id in the path.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Not JSON',
    meaning: 'The Content-Type is not JSON in UTF-8, or the body has a Content-Encoding.',
    next: 'Send `Content-Type: application/json`, and the body in UTF-8 as it is.',
  },
  'expectation-failed': {
    status: 417,
    title: 'Expectation failed',
    meaning: 'The `Expect` header is not 100-continue.',
    next: 'Remove the header.',
  },
  'out-of-stock': {
    status: 422,
    title: 'Out of stock',
    meaning:
      'The order asks for more units than are available; `shortages` lists them. The order is recorded as rejected.',
    next: 'Order fewer units, or order later with a new order id.',
  },
  'unknown-product': {
    status: 422,
    title: 'Unknown product',
    meaning:
      'A line has a product that is not in the catalogue. An order is recorded as rejected; of a cart (POST /payment), whose `names` are listed, nothing is.',
    next: 'Check the SKUs or names in `detail` and order again, with a new order id.',
  },
  'ambiguous-product': {
    status: 422,
    title: 'Ambiguous product',
    meaning: 'Several products have a name that the cart has; `names` lists such names. Nothing was ordered.',
    next: 'Order by SKU with POST /orders, and pay with POST /payments.',
  },
  'unknown-customer': {
    status: 422,
    title: 'Unknown customer',
    meaning: 'The customer is not registered. The order is recorded as rejected.',
    next: 'Register the customer, then order again with a new order id.',
  },
  'order-too-large': {
    status: 422,
    title: 'Order too large',
    meaning: 'The total is more than 2^53 - 1 minor units. The order is recorded as rejected.',
    next: 'Split the order.',
  },
  'payment-method-refused': {
    status: 422,
    title: 'Payment method refused',
    meaning: 'The customer may not pay by this method: on-account is for VIPs, by the tier of the order.',
    next: 'Use another method.',
  },
  'wrong-amount': {
    status: 422,
    title: 'Wrong amount',
    meaning: 'The amount is not the total of the order. There are no part payments.',
    next: 'Send the amount in `total`, or none.',
  },
  'refund-too-large': {
    status: 422,
    title: 'Refund too large',
    meaning: 'The refund is more than what is left of the payment.',
    next: 'Send at most the amount in `left`, or none for all of it.',
  },
  'return-too-large': {
    status: 422,
    title: 'Return too large',
    meaning: 'The return has more units than were delivered and have not come back yet.',
    next: 'Send at most the units in `left`.',
  },
  'wrong-currency': {
    status: 422,
    title: 'Wrong currency',
    meaning: 'A price is not in the currency of the shop. An order with such a product is recorded as rejected.',
    next: 'Use the currency that `detail` names.',
  },
  'rejected-before': {
    status: 422,
    title: 'Rejected before',
    meaning: 'The order was rejected earlier, for a reason that a newer release recorded.',
    next: 'Order again with a new order id.',
  },
  'stock-below-reserved': {
    status: 422,
    title: 'Stock is reserved',
    meaning: 'The correction would leave fewer units on hand than orders have reserved.',
    next: 'Cancel orders first, or remove fewer units.',
  },
  'stock-too-large': {
    status: 422,
    title: 'Stock too large',
    meaning: 'The stock would be more than 2^53 - 1 units.',
    next: 'Check the quantity.',
  },
  'key-reused': {
    status: 422,
    title: 'Key used for another request',
    meaning: 'This Idempotency-Key was used before with another method, path or body. Nothing was done.',
    next: 'Use a new key for a new request.',
  },
  'rate-limited': {
    status: 429,
    title: 'Too many requests',
    meaning: 'This client has sent too many requests in this second.',
    next: 'Wait as long as `Retry-After` says, then send fewer requests per second.',
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
    meaning: 'The service has a bug. A command may or may not have been done.',
    next: 'Report the requestId; the log shows the cause under it. You can safely repeat a command that has a key.',
  },
  'unsupported-transfer-coding': {
    status: 501,
    title: 'Transfer coding not supported',
    meaning: 'The body has a Transfer-Encoding other than chunked.',
    next: 'Send the body with Content-Length, or with `Transfer-Encoding: chunked` alone.',
  },
  'gateway-not-configured': {
    status: 503,
    title: 'No payment gateway',
    meaning: 'No payment gateway is configured, so only orders that cost nothing, or on account, can be paid.',
    next: 'Set PAYMENT_GATEWAY_URL (docs/payments.md) and restart the service.',
  },
  overloaded: {
    status: 503,
    title: 'Overloaded',
    meaning: 'More requests are waiting than the service can answer in time. Nothing was done.',
    next: 'Retry after `Retry-After`, with growing pauses.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Store unavailable',
    meaning: 'Postgres is not responding, or is too slow. Nothing was done.',
    next: 'Retry after `Retry-After`; /readyz says when the service is ready again.',
  },
  'kafka-unreachable': {
    status: 503,
    title: 'Kafka unreachable',
    meaning: 'No broker in KAFKA_BROKERS answers, or the answer takes too long.',
    next: 'Retry after `Retry-After`. The service still takes and shows orders.',
  },
  'behaviour-full': {
    status: 503,
    title: 'No room for user events',
    meaning:
      'User events take BEHAVIOUR_MAX_BYTES, and none may be dropped: they are of this hour, or were not read yet. None of the request was taken.',
    next: 'Retry after `Retry-After`. Run a process of the role `reactor`, which reads them, or raise BEHAVIOUR_MAX_BYTES.',
  },
  'outcome-unknown': {
    status: 503,
    title: 'Outcome unknown',
    meaning: 'The connection to Postgres was lost while the command was written: it was done once, or not at all.',
    next: 'Repeat the request with the same Idempotency-Key or the same id. It takes effect once in any case.',
  },
  stopping: {
    status: 503,
    title: 'Stopping',
    meaning: 'This process is shutting down; nothing was done.',
    next: 'Retry after `Retry-After`; another process, or this one after its restart, will answer.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    meaning:
      'The service cannot do its work now; `checks` says why. A projection that failed is no reason: then the answer is 200, `degraded`.',
    next: 'Wait; the `detail` of the failed check says what to look at.',
  },
  rebuilding: {
    status: 503,
    title: 'View is being rebuilt',
    meaning: 'This release needs other columns than its tables have, so they are being rebuilt from the log.',
    next: 'Retry after `Retry-After`; /projections shows the progress.',
  },
  'not-there-yet': {
    status: 504,
    title: 'Position not reached yet',
    meaning:
      'The view did not reach the position in `?after`, or for POST /payment the head of the log, within 5 seconds.',
    next: 'Retry after `Retry-After`; check that the position came from an X-Position header.',
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
