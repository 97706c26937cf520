/** The newest things that happened, over HTTP. */
import { Type } from 'typebox'
import { closed, oneOf, ref } from '../../commands/shape.ts'
import { ACTIVITY_KINDS } from '../../projections/views/activity.ts'
import type { Views } from '../../projections/views/views.ts'
import { NOTHING, viewing } from '../operation.ts'
import { resource } from '../resource.ts'
import { ActivityList } from '../shapes/activity.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { pageQuery, sendHistory } from '../answers/read-answers.ts'

export const activity = resource(
  {
    listActivity: viewing('/activity', {
      tag: 'log',
      view: 'activity',
      summary: 'Show the newest events of all kinds',
      params: NOTHING,
      query: closed({
        kind: Type.Optional(oneOf(ACTIVITY_KINDS, { description: 'Only events of this kind.' })),
        ...{ limit, cursor, after },
      }),
      shape: ref(ActivityList),
    }),
  },
  ({ views }: { readonly views: Pick<Views, 'activity'> }) => ({
    async listActivity(request, reply) {
      const { kind = null } = request.query
      return sendHistory({ request, reply }, await views.activity.list({ ...pageQuery(request.query), kind }))
    },
  }),
)
