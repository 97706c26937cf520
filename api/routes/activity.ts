/** The newest things that happened, over HTTP. */
import { closed, ref } from '../../commands/shape.ts'
import type { Views } from '../../projections/views/views.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { ActivityList } from '../shapes/activity.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { pageQuery, sendHistory } from './read-answers.ts'

export const activity = resource(
  {
    listActivity: viewing('/activity', {
      tag: 'log',
      view: 'activity',
      summary: 'Show the newest events of all kinds',
      params: NOTHING,
      query: closed({ limit, cursor, after }),
      shape: ref(ActivityList),
    }),
  },
  ({ views }: { readonly views: Pick<Views, 'activity'> }) => ({
    async listActivity(request, reply) {
      return sendHistory({ request, reply }, await views.activity.list(pageQuery(request.query)))
    },
  }),
)
