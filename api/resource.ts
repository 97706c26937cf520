/** The routes of a resource: described without being served, and served with what their handlers use. */
import type { ContextConfigDefault, FastifySchema, RouteGenericInterface } from 'fastify'
import { shapesIn, type Named } from '../commands/shape.ts'
import type { ApiServer, Handler } from './api-server.ts'
import type { Operation } from './operation.ts'

type Schemas = Readonly<Record<string, FastifySchema>>
type Operations<Of extends Schemas> = { readonly [Name in keyof Of]: Operation<Of[Name]> }
type Handlers<Of extends Schemas> = { readonly [Name in keyof Of]: Handler<Of[Name]> }

/** `Parts`: what the handlers use, and nothing more. */
export interface Resource<Parts> {
  /** The named shapes of its requests and answers. */
  readonly shapes: readonly Named[]
  /** Registers its routes for the OpenAPI document alone. */
  readonly describe: (app: ApiServer) => void
  readonly serve: (app: ApiServer, parts: Parts) => void
}

/** Operations by their names, and a handler for each. */
export function resource<Of extends Schemas, Parts>(
  operations: Operations<Of>,
  handlers: (parts: Parts) => Handlers<Of>,
): Resource<Parts> {
  function register<Name extends keyof Of>(app: ApiServer, name: Name, handler: Handler<Of[Name]>): void {
    const { schema, validatorCompiler, method, url, config, bodyLimit } = operations[name]
    app.route<RouteGenericInterface, ContextConfigDefault, Of[Name]>({
      method,
      url,
      config,
      ...(validatorCompiler && { validatorCompiler }),
      ...(bodyLimit !== undefined && { bodyLimit }),
      schema: Object.assign({ operationId: name }, schema),
      handler,
    })
  }
  return {
    shapes: shapesIn(operations),
    describe(app) {
      for (const name in operations) register(app, name, notServed)
    },
    serve(app, parts) {
      const handling = handlers(parts)
      for (const name in operations) register(app, name, handling[name])
    },
  }
}

function notServed(): never {
  throw new Error('this server only describes itself')
}
