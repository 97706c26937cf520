/** Every shape that others refer to by name. */
import * as activity from './activity.ts'
import * as analytics from './analytics.ts'
import * as customer from './customer.ts'
import * as deadLetter from './dead-letter.ts'
import * as event from './event.ts'
import * as kafka from './kafka.ts'
import * as money from './money.ts'
import * as operations from './operations.ts'
import * as order from './order.ts'
import * as problem from './problem.ts'
import * as product from './product.ts'
import * as projection from './projection.ts'
import * as reactor from './reactor.ts'
import * as schema from './schema.ts'
import * as simulation from './simulation.ts'

const modules = [
  money,
  order,
  product,
  customer,
  analytics,
  activity,
  event,
  schema,
  simulation,
  projection,
  reactor,
  deadLetter,
  kafka,
  operations,
  problem,
]

/** By name, whatever order a loader gives the exports of a module in: the OpenAPI document is made from it. */
export const namedShapes: readonly { readonly $id: string }[] = modules
  .flatMap((module): unknown[] => Object.values(module))
  .filter((value): value is { readonly $id: string } => typeof value === 'object' && value !== null && '$id' in value)
  .sort((one, other) => (one.$id < other.$id ? -1 : 1))
