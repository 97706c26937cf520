// Runs the thread from its TypeScript source. A thread does not inherit what compiles the sources of the main one, and its
// first file cannot be one that has to be compiled: so this one is, then the program.
import { register } from 'tsx/esm/api'

register()
await import('./judge-program.ts')
