/** A line of a file to import as the request that creates what it holds. */
import { registerCustomerRequest } from '../../commands/customer.ts'
import type { Fault } from '../../commands/faults.ts'
import { recordDemandRequest } from '../../commands/demand.ts'
import { listProductRequest } from '../../commands/inventory.ts'
import { placeOrderRequest } from '../../commands/order.ts'
import type { Request } from '../../commands/request.ts'
import { longestLine, type Line } from '../files/json-lines.ts'

export interface ImportTarget {
  /** Of a record with this name. */
  readonly path: (name: string) => string
  /** The property that names the record; a second request with the same one creates nothing. */
  readonly id: string
  readonly request: Request
}

export const importTargets = {
  products: { path: () => '/products', id: 'sku', request: listProductRequest },
  customers: { path: () => '/customers', id: 'customerId', request: registerCustomerRequest },
  orders: { path: () => '/orders', id: 'orderId', request: placeOrderRequest },
  demand: { path: (sku) => `/products/${encodeURIComponent(sku)}/demand`, id: 'sku', request: recordDemandRequest },
} as const satisfies Record<string, ImportTarget>

export type ImportKind = keyof typeof importTargets

export const importKinds: readonly ImportKind[] = ['products', 'customers', 'orders', 'demand']

export type ImportRecord =
  | { readonly verdict: 'send'; readonly path: string; readonly body: Uint8Array | string }
  | { readonly verdict: 'invalid'; readonly faults: readonly Fault[] }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Checks a line as the service will, so that what it would turn down is not sent. A record that names itself is sent
 * byte for byte. One without an id is given `<first 16 hex digits of the file's hash>-<line number>`, so the same line
 * of the same file is the same record whenever it is sent; a product's SKU is what people order by, so it must be there.
 */
export function importRecord(kind: ImportKind, line: Line, hashOfFile: string): ImportRecord {
  if (line.tooLong) return invalid(`the record is longer than ${longestLine} bytes`)
  const parsed = parse(line.bytes)
  if ('fault' in parsed) return invalid(parsed.fault)
  const { record } = parsed
  const { id, path, request } = importTargets[kind]
  const checked = request.check(record)
  if ('faults' in checked) return { verdict: 'invalid', faults: checked.faults }
  const name: unknown = Reflect.get(record, id)
  if (typeof name === 'string') return { verdict: 'send', path: path(name), body: line.bytes }
  if (kind === 'products' || kind === 'demand')
    return { verdict: 'invalid', faults: [{ pointer: `/${id}`, message: 'is missing' }] }
  const made = `${hashOfFile.slice(0, 16)}-${line.number}`
  return { verdict: 'send', path: path(made), body: JSON.stringify({ [id]: made, ...record }) }
}

function invalid(message: string): ImportRecord {
  return { verdict: 'invalid', faults: [{ pointer: '', message }] }
}

function parse(bytes: Buffer): { readonly record: object } | { readonly fault: string } {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { record: value }
    return { fault: 'the record is not a JSON object' }
  } catch (error) {
    // A TypeError is the decoder's; JSON.parse says where it stumbled, and quotes the line, which may hold a name.
    if (error instanceof TypeError) return { fault: 'not UTF-8' }
    const place = /at position (\d+)/.exec(error instanceof Error ? error.message : '')
    return { fault: place === null ? 'not JSON' : `not JSON at column ${Number(place[1]) + 1}` }
  }
}
