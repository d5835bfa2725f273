import { exitCodes } from './exit-codes.ts'

/** Ends a command: the message is for the person who typed it and says what to do, the code for the script that did. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.usage, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.exitCode = exitCode
  }
}
