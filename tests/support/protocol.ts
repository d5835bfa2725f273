/** What a test file tells the runner while it runs: one JSON object a line, on a file descriptor that the runner opened. */
import { writeSync } from 'node:fs'

export type TestEvent =
  | {
      readonly kind: 'suite'
      readonly suite: string
      readonly tests: number
      readonly only: number
      readonly skipped: number
    }
  | { readonly kind: 'started'; readonly suite: string; readonly test: string }
  | { readonly kind: 'passed'; readonly suite: string; readonly test: string; readonly ms: number }
  | {
      readonly kind: 'failed'
      readonly suite: string
      readonly test: string
      readonly ms: number
      readonly message: string
    }
  | { readonly kind: 'ended' }
  | { readonly kind: 'left-open'; readonly resources: ReadonlyArray<string> }

/** The descriptor that a test file reports on, and the variable that says that somebody listens there. */
export const reportDescriptor = 3
export const reportVariable = 'EXPUNGE_TEST_REPORT'

const listening = process.env[reportVariable] === '1'
// Processes that a test starts must not take it for themselves.
delete process.env[reportVariable]

/** Tells the runner; says nothing when the file was started by hand. */
export const emit = (event: TestEvent): void => {
  if (listening) writeSync(reportDescriptor, `${JSON.stringify(event)}\n`)
}

/** Reads what a test file has told; a last line that was cut short by a crash is left out. */
export const parseEvents = (text: string): ReadonlyArray<TestEvent> =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TestEvent)
