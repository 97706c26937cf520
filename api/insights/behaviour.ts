/** What customers do, in figures. */
import { closed, ref, type Named } from '../../commands/shape.ts'
import type { BehaviourFigures } from '../../insights/behaviour/figures.ts'
import { rfc3339 } from '../../projections/queries/shown.ts'
import { momentIn } from '../http/query.ts'
import { NOTHING, reading, type Described } from '../operation.ts'
import { resource } from '../resource.ts'
import { BehaviourFunnel, BehaviourMinutes, BehaviourProducts, BehaviourSessions } from '../shapes/behaviour.ts'
import { DEFAULT_LIMIT, limit, moment } from '../shapes/list.ts'
import { uncached } from '../answers/read-answers.ts'

function shown(summary: string, shape: Named) {
  return {
    tag: 'insights',
    summary,
    role: 'read',
    params: NOTHING,
    answers: { 200: { description: 'Shown.', shape: ref(shape) } },
    problems: ['store-unavailable'],
  } as const satisfies Described & { readonly params: typeof NOTHING }
}

export const behaviour = resource(
  {
    getBehaviourFunnel: reading('/behaviour/funnel', {
      ...shown('Show how far sessions came, by day', BehaviourFunnel),
      query: NOTHING,
    }),
    getBehaviourSessions: reading('/behaviour/sessions', {
      ...shown('Show the sessions', BehaviourSessions),
      query: NOTHING,
    }),
    getBehaviourMinutes: reading('/behaviour/minutes', {
      ...shown('Show user events by minute', BehaviourMinutes),
      query: closed({ from: moment('Minutes from here on.'), to: moment('Minutes before this.') }),
    }),
    getBehaviourProducts: reading('/behaviour/products', {
      ...shown('Show what is looked at, and what together', BehaviourProducts),
      query: closed({ limit }),
    }),
  },
  ({ behaviour: { figures } }: { readonly behaviour: { readonly figures: BehaviourFigures } }) => ({
    async getBehaviourFunnel(_request, reply) {
      return uncached(reply).send(withTime(await figures.funnel()))
    },
    async getBehaviourSessions(_request, reply) {
      return uncached(reply).send(withTime(await figures.sessions()))
    },
    async getBehaviourMinutes({ query }, reply) {
      const { from = null, to = null } = { ...momentIn('from', query.from), ...momentIn('to', query.to) }
      const { items, asOf } = await figures.minutes({ from, to })
      const shownItems = items.map((item) => ({ ...item, minute: rfc3339(item.minute) }))
      return uncached(reply).send(withTime({ items: shownItems, asOf }))
    },
    async getBehaviourProducts({ query }, reply) {
      return uncached(reply).send(withTime(await figures.products(query.limit ?? DEFAULT_LIMIT)))
    },
  }),
)

function withTime<Of extends { readonly asOf: number | null }>(figures: Of): object {
  return { ...figures, asOf: figures.asOf === null ? null : rfc3339(figures.asOf) }
}
