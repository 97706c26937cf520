/** Demand of before the shop, over HTTP. */
import { demandFault, recordDemandCommand, recordDemandRequest } from '../../commands/demand.ts'
import { closed, id, ref } from '../../commands/shape.ts'
import type { ShopSettings } from '../../commands/shop-settings.ts'
import { demand as aggregate, dayNumber, dayText, recordDemand, type RecordDemand } from '../../domain/demand.ts'
import type { Executor, Look } from '../../store/commit/command.ts'
import { shownAnswer } from '../answers/answer.ts'
import { executeWith, sendExecution } from '../commands.ts'
import { versionTag } from '../http/etag.ts'
import { invalidRequest, ProblemError } from '../http/problem-document.ts'
import { commanding } from '../operation.ts'
import { resource } from '../resource.ts'
import { RecordedDemand } from '../shapes/demand.ts'

const recording = commanding('/products/:sku/demand', {
  tag: 'insights',
  role: 'operate',
  summary: 'Record the demand for a product from before the shop',
  description:
    'The days of earlier systems. Forecasts use them up to the first order; from then on the shop’s own days count. Repeating it changes nothing.',
  params: closed({ sku: id('The product.', 'IPHONE-17') }),
  request: recordDemandRequest,
  shape: ref(RecordedDemand),
  done: { 200: 'The same numbers were recorded already.', 201: 'Recorded.' },
  refusals: { 'unknown-product': 'product-not-found', 'demand-exists': 'demand-exists' },
})

export interface DemandParts {
  readonly executor: Executor
  readonly shop: Pick<ShopSettings, 'clock'>
}

export const demand = resource({ recordDemand: recording }, ({ executor, shop }: DemandParts) => {
  const execute = executeWith(executor)
  return {
    async recordDemand(request, reply) {
      const { sku } = request.params
      const fault = demandFault(sku, request.body, shop)
      if (fault !== null) {
        const { property, message } = fault
        throw new ProblemError(invalidRequest('body', [{ pointer: `/${property}`, message }]))
      }
      const command = recordDemandCommand(sku, request.body)
      const execution = await execute(request, {
        decide: (read) => recordDemand(command, read),
        codes: recording.refusals,
        told: (refusal) =>
          refusal.reason === 'unknown-product'
            ? { detail: `no product has the SKU ${sku}` }
            : { detail: `other numbers are recorded for ${refusal.day}` },
        shown: (made, look) => shown(made ? 201 : 200, command, look),
      })
      return sendExecution(reply, execution)
    },
  }
})

/** The days that were asked for, as they are recorded. */
function shown(status: number, { sku, from, units }: RecordDemand, look: Look): string {
  const { state, version } = look(aggregate, sku)
  const first = dayNumber(from)
  const days = units.map((_, index) => state[dayText(first + index)] ?? { units: 0, orders: 0 })
  const body = { sku, from, units: days.map((day) => day.units), orders: days.map((day) => day.orders), version }
  return shownAnswer(status, JSON.stringify(body), {
    etag: versionTag(version),
    location: `/products/${sku}/forecast`,
  })
}
