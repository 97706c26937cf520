/** The newest things that happened, over HTTP. */
import type { ApiServer } from '../api-server.ts'
import { NOTHING, viewing } from '../operation.ts'
import type { ApiParts } from '../parts.ts'
import { pageQuery, sendHistory, waitUntilShown } from './read-answers.ts'
import { ActivityList } from '../shapes/activity.ts'
import { after, cursor, limit } from '../shapes/list.ts'
import { closed, ref } from '../shapes/shape.ts'

const listing = viewing({
  id: 'listActivity',
  tag: 'log',
  summary: 'Show the newest things of all kinds',
  params: NOTHING,
  query: closed({ limit, cursor, after }),
  shape: ref(ActivityList),
})

export function activityRoutes(app: ApiServer, { views }: ApiParts): void {
  app.get('/activity', listing, async (request, reply) => {
    const query = pageQuery(request.query)
    await waitUntilShown(views, 'activity', request.query.after)
    return sendHistory({ request, reply }, await views.activity.list(query))
  })
}
