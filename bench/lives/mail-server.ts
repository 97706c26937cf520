/** A real mail server on loopback that takes every mail and keeps none: `... mail-server.ts PORT`. */
import { SMTPServer } from 'smtp-server'

const server = new SMTPServer({
  logger: false,
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  disableReverseLookup: true,
  onData(stream, _session, done) {
    stream.resume()
    stream.on('end', () => done(null))
  },
})
// Of single connections, which the service hears of too.
server.on('error', () => undefined)
server.listen(Number(process.argv[2]), '127.0.0.1')
