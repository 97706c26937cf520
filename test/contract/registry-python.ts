/** A Python with the clients of registries and Kafka that others use. */
import { cacheDirectory } from '../../cluster/cache-directory.ts'
import { pythonEnvironment, PythonFailure } from '../../cluster/python-environment.ts'
import { leaveOut } from '../support/left-out.ts'

/** Confluent's own list of extras asks for a release of certifi that PyPI does not always have yet. */
const PACKAGES = [
  'confluent-kafka==2.16.1',
  'fastavro==1.13.1',
  'attrs==26.1.0',
  'Authlib==1.9.9',
  'cachetools==8.0.1',
  'httpx==0.28.1',
  'orjson==3.13.0',
]

/** Null where Python or the network is missing and nobody demands them (REQUIRE_ALL=1). */
export async function registryPython(): Promise<string | null> {
  try {
    return await pythonEnvironment({
      cacheDir: cacheDirectory(process.env),
      name: 'registry-clients',
      packages: PACKAGES,
    })
  } catch (error) {
    if (!(error instanceof PythonFailure)) throw error
    return leaveOut(error.message, error)
  }
}
