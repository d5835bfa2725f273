import { InvalidArgumentError, Option } from 'commander'
import { presence, type Status } from '../../index.ts'

/** `--status rejected,unconfirmed`, which may be given more than once. */
export const statusesOption = (description: string): Option =>
  new Option('--status <outcomes>', `${description}: ${statuses.join(', ')}, separated by commas`).argParser(
    readStatuses,
  )

const readStatuses = (text: string, before: ReadonlyArray<Status> = []): ReadonlyArray<Status> => {
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.find((word) => !(statuses as ReadonlyArray<string>).includes(word))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is not an outcome: they are ${statuses.join(', ')}.`)
  }
  return [...new Set([...before, ...(words as ReadonlyArray<Status>)])]
}

export const statuses: ReadonlyArray<Status> = ['deleted', 'absent', 'rejected', 'untouched', 'unconfirmed']

/** Those that do not say that the record is gone. */
export const notGone: ReadonlyArray<Status> = statuses.filter((status) => presence({ status }) !== 'gone')
