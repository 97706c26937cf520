/**
 * What Fastify alone does on this machine: it parses the same body and sends it back, without a schema, a log, a hook
 * or a database. Prints its URL.
 */
import Fastify from 'fastify'

const app = Fastify({ logger: false })
app.post('/orders', (request, reply) => reply.send(request.body))
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`)
