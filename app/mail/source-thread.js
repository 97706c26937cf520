// The first file of a thread in a checkout.
import { runProgram } from '../../cli/run-program.js'

await runProgram('app/mail/mail-program')
