/** What a person should know of, over HTTP. */
import { closed, ref } from '../../commands/shape.ts'
import type { Views } from '../../projections/views/views.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { AlertList } from '../shapes/alert.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { pageQuery, sendHistory } from '../answers/read-answers.ts'

export const alerts = resource(
  {
    listAlerts: viewing('/alerts', {
      tag: 'messages',
      view: 'alerts',
      summary: 'Show the alerts, newest first',
      description:
        'Products that keep selling out, products that fell below their reorder points, money that the payment provider took back, and refunds that were given up.',
      params: NOTHING,
      query: closed({ limit, cursor, after }),
      shape: ref(AlertList),
    }),
  },
  ({ views }: { readonly views: Pick<Views, 'alerts'> }) => ({
    async listAlerts(request, reply) {
      return sendHistory({ request, reply }, await views.alerts.list(pageQuery(request.query)))
    },
  }),
)
