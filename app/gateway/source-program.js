// Runs the program of the simulated gateway from its TypeScript source: a process inherits no compiler.
import { register } from 'tsx/esm/api'

register()
await import('./child-program.ts')
