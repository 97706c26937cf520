/**
 * Judges in a thread with memory of its own, one question after the other. The bounds on schemas keep each short; if one
 * is not, or takes too much, the thread ends and not the process, and the next question gets another thread.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { SchemaParseError } from '../compatibility/schema-parse-error.ts'
import type { Answer } from './judge-program.ts'
import { JudgeBusy } from './judge-busy.ts'
import type { Judge, Judgement, Question } from './judgement.ts'

export interface JudgeThread {
  /** Rejects with a JudgeBusy too. */
  readonly judge: Judge
  stop(): Promise<void>
}

export interface JudgeThreadOptions {
  /** Beside the one in hand. */
  readonly mostWaiting?: number
  /** Milliseconds for one question. */
  readonly deadline?: number
  readonly memoryMb?: number
}

interface Thread {
  readonly worker: Worker
  readonly ready: Promise<unknown>
}

export function judgeThread({
  mostWaiting = 16,
  deadline = 2_000,
  memoryMb = 64,
}: JudgeThreadOptions = {}): JudgeThread {
  let thread: Thread | null = null
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  async function ask(question: Question): Promise<Judgement> {
    thread ??= launch(memoryMb)
    const { worker, ready } = thread
    worker.ref()
    try {
      await ready
      worker.postMessage(question)
      const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(deadline) })) as [Answer]
      if ('judgement' in answer) return answer.judgement
      throw new SchemaParseError(answer.fault.path, answer.fault.what)
    } catch (error) {
      if (error instanceof SchemaParseError) throw error
      thread = null
      await worker.terminate()
      throw explained(error, { deadline, memoryMb })
    } finally {
      worker.unref()
    }
  }

  return {
    judge(question) {
      if (waiting > mostWaiting) {
        return Promise.reject(new JudgeBusy('queue', `${String(mostWaiting)} schemas wait to be read`))
      }
      waiting += 1
      const judgement = last.then(() => ask(question)).finally(() => (waiting -= 1))
      last = judgement.catch(() => undefined)
      return judgement
    },
    async stop(): Promise<void> {
      await thread?.worker.terminate()
      thread = null
    },
  }
}

function launch(memoryMb: number): Thread {
  const isSource = import.meta.url.endsWith('.ts')
  const worker = new Worker(new URL(isSource ? '../../cli/source-program.js' : './judge-program.js', import.meta.url), {
    argv: isSource ? ['contract/judgement/judge-program'] : [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  // The question in hand fails with it; the death of an idle one is found by the next question.
  worker.on('error', () => undefined)
  const ready = once(worker, 'message')
  ready.catch(() => undefined)
  return { worker, ready }
}

function explained(
  error: unknown,
  { deadline, memoryMb }: { readonly deadline: number; readonly memoryMb: number },
): unknown {
  if (!(error instanceof Error)) return error
  if (error.name === 'AbortError') {
    return new JudgeBusy('deadline', `the schema was not read within ${String(deadline)} ms`, { cause: error })
  }
  if (!('code' in error) || error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return new SchemaParseError('', `it takes more than ${String(memoryMb)} MiB of memory to be read`)
}
