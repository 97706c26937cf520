/** The program of every background thread: opens the work that its host names and keeps it until the host stops it. */
import { workerData } from 'node:worker_threads'
import { backgroundWork } from './background-work.ts'
import type { WorkData } from './open-work.ts'
import { runThread } from './thread-host.ts'

const { name } = workerData as WorkData
const work = backgroundWork.find((each) => each.name === name)
if (work?.host !== 'thread') throw new Error(`nothing named ${name} runs in a thread`)
await runThread(await work.open())
