import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { configOf } from '../systems.ts'

const test = suite('cli: select', { deadlineMs: 120_000 })

test('what is wrong with a select or an expect is told at its place', async (context) => {
  const folder = folderOf(context)
  const target = {
    name: 'cms',
    provider: 'datocms',
    options: { apiToken: { env: 'DATO_TOKEN' }, environment: 'main' },
  }
  const opus = { name: 'opus', provider: 'avepoint-opus', options: { region: 'us', token: { env: 'DATO_TOKEN' } } }
  const due = { connection: 'd9da492f-cc67-4920-99f9-6fbaae1f1410', dueBefore: '2024-01-01' }
  const bad: ReadonlyArray<readonly [object, says: string]> = [
    [target, 'targets[0].ids: is missing'],
    [{ ...target, ids: 'ids.txt', select: { type: 'a' } }, 'targets[0].select: a target has either ids or select'],
    [{ ...target, select: {} }, 'targets[0].select.type: is missing'],
    [{ ...target, select: { updatedBefore: '2024-01-01' } }, 'targets[0].select.type: is missing'],
    [
      { ...target, select: { type: 'a', updatedBefor: '2024' } },
      'targets[0].select.updatedBefor: there is no such option: is it updatedBefore?',
    ],
    [
      { ...target, select: { type: 'a', updatedBefore: 'last year' } },
      'targets[0].select.updatedBefore: must be a date',
    ],
    ...['2023-02-29', '11/12/2023', 'page 9', '2023-05-06T10:00:00', '2023-05-06T25:00:00Z'].map(
      (updatedBefore) =>
        [
          { ...target, select: { type: 'a', updatedBefore } },
          'targets[0].select.updatedBefore: must be a date such as',
        ] as const,
    ),
    [{ ...opus, select: { ...due, dueBefore: '2022-11-31' } }, 'targets[0].select.dueBefore: must be a date such as'],
    [{ ...target, select: 'a' }, 'targets[0].select: must be an object'],
    [{ ...target, select: { type: 'a' }, expect: {} }, 'targets[0].expect: must be either'],
    [{ ...target, select: { type: 'a' }, expect: { records: 1, atMostShare: 1 } }, 'targets[0].expect: must be either'],
    [
      { ...target, select: { type: 'a' }, expect: { atMostShare: 20 } },
      'targets[0].expect.atMostShare: must be a number from 0 to 1',
    ],
    [
      { ...target, select: { type: 'a' }, expect: { records: -1 } },
      'targets[0].expect.records: must be a whole number',
    ],
    [
      { ...target, ids: 'ids.txt', expect: { atMostShare: 0.1 } },
      'targets[0].expect.atMostShare: of ids it is not known',
    ],
    [{ ...opus, select: { connection: due.connection } }, 'targets[0].select.dueBefore: is missing'],
    [
      { ...opus, select: due, expect: { atMostShare: 0.1 } },
      "targets[0].expect.atMostShare: avepoint-opus can't say how many",
    ],
    [
      { ...opus, select: { ...due, connection: 'none' } },
      'targets[0].select: avepoint-opus: connectionId must be the GUID',
    ],
    [{ name: 'max', provider: 'uuid-list', select: {} }, 'targets[0].select.filter: is missing'],
    [
      { name: 'own', provider: './own.ts#own', select: { type: 'a' } },
      'targets[0].select: only datocms, avepoint-opus, uuid-list can select',
    ],
  ]
  for (const [config, says] of bad) {
    writeFileSync(join(folder, 'cleanup.json'), configOf(config))
    const { code, stderr } = await expunge(folder, ['plan', 'cleanup.json'], { env: { DATO_TOKEN: 'x' } })
    assert.is(code, 2, JSON.stringify(config))
    assert.ok(stderr.includes(says), `${says} not in ${stderr}`)
  }
})
