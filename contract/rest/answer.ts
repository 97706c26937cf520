/** Answers of the registry's REST face, in the media type that the client reads. */
import type { FastifyReply, FastifyRequest } from 'fastify'

export const REGISTRY_TYPES = [
  'application/vnd.schemaregistry.v1+json',
  'application/vnd.schemaregistry+json',
  'application/json',
] as const

/** A value to be written as JSON, or text that is JSON already. */
export type Answer = { readonly value: unknown } | { readonly text: string }

export function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  const text = 'text' in answer ? answer.text : JSON.stringify(answer.value)
  return reply.header('content-type', mediaType(request.headers.accept)).send(text)
}

/** Confluent's own, unless the client names another of the three and not that. */
function mediaType(accept: string | undefined): string {
  return REGISTRY_TYPES.find((type) => accept?.includes(type) === true) ?? REGISTRY_TYPES[0]
}
