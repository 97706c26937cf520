// The first file of a thread, or of a process beside ours, in a checkout. Its argument names the program.
import { runProgram } from './run-program.js'

await runProgram(process.argv[2])
