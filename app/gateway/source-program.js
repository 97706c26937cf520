// The first file of the simulated gateway in a checkout.
import { runProgram } from '../../cli/run-program.js'

await runProgram('app/gateway/child-program')
