/** How findings are shown, and what the command exits with. */
import { placeOf, type Finding } from '../../contract/finding.ts'
import type { CommandContext } from '../command-context.ts'
import { styled } from './output.ts'

/** `fine` is said without findings. Exits with 1 when there are findings. */
export function reportFindings({ output, exitWith }: CommandContext, findings: readonly Finding[], fine: string): void {
  const cross = styled(output.streams.stdout, 'red', '✖')
  output.result({ findings }, () =>
    findings.length === 0
      ? `✔ ${fine}`
      : [
          ...findings.map((one) => `${cross} ${one.code} ${placeOf(one)}: ${one.message}\n    next: ${one.next}`),
          findings.length === 1 ? '1 finding' : `${findings.length} findings`,
        ].join('\n'),
  )
  if (findings.length > 0) exitWith(1)
}
