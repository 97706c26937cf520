/** What is said when the folder for what does not fit into memory has no room for it, or cannot be written. */
import { StartFailure } from '../../app/start-failure.ts'
import type { SpillError } from '../../audit/spill/spill-file.ts'

export function noRoom({ folder, message, cause }: SpillError, command: string): StartFailure {
  return new StartFailure(
    {
      code: 'no-room-to-spill',
      exitCode: 1,
      what: `${folder}: ${message}`,
      tried: 'to keep there what does not fit into memory, some 300 bytes for each event, until the end of the command',
      next: `set DATA_DIR to a folder with room for it, with DATABASE_URL if the database is in the other one, and run orderledger ${command} again`,
    },
    { cause },
  )
}
