// The first file of the thread in a checkout.
import { runProgram } from '../../cli/run-program.js'

await runProgram('contract/judgement/judge-program')
