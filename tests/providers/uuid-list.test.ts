import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { startUuidList, type UuidListEmulatorSettings } from '../../src/emulators/index.ts'
import { type ProviderError, UsageError } from '../../src/http-provider.ts'
import { serviceMaxMax, type UuidListConfig, uuidList } from '../../src/providers/uuid-list/uuid-list.ts'
import { callContext } from '../support/context.ts'
import { type Answer, listen } from '../support/listen.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('uuid-list')

type After = (closer: () => unknown) => void
type Refused = Extract<ProviderError, { tag: 'Refused' }>

const uuids = (count: number): string[] => Array.from({ length: count }, () => randomUUID())

const start = async (after: After, settings: UuidListEmulatorSettings = {}, own: Partial<UuidListConfig> = {}) => {
  const emulator = await startUuidList(settings)
  after(emulator.close)
  const provider = uuidList({ ...emulator.options, ...own })
  const context = callContext()
  const remove = (ids: ReadonlyArray<string>) => provider.deleteBatch({ number: 1, ids }, context)()
  const find = async (ids: ReadonlyArray<string>) => provider.findExisting?.({ number: 1, ids }, context)()
  return { ...emulator, provider, remove, find }
}

const [a, b, c, stranger] = uuids(4) as [string, string, string, string]

/** What the provider makes of one refusal of the batch `a, b, c`. */
const refusal = async (after: After, answer: Answer): Promise<ProviderError> => {
  const server = await listen(() => answer)
  after(server.close)
  const provider = uuidList({ baseUrl: server.url, object: 'io_showcase', token: 'max-token' })
  const result = await provider.deleteBatch({ number: 1, ids: [a, b, c] }, callContext())()
  if (E.isLeft(result)) return result.left
  throw new Error(JSON.stringify(result))
}

test('facts', () => {
  const config = { baseUrl: 'https://max.example.com', object: 'io_showcase', token: 'max-token' }
  const provider = uuidList(config)
  assert.is(serviceMaxMax, uuidList)
  assert.equal(provider.capabilities, {
    maxBatchSize: 200,
    maxUrlBytes: 8_000,
    atomicity: 'all-or-nothing',
    replay: 'safe',
    effect: 'unknown',
  })
  assert.is(uuidList({ ...config, permanentDelete: true }).capabilities.effect, 'erased')
  assert.is(uuidList({ ...config, permanentDelete: false }).capabilities.effect, 'recoverable')
  assert.equal(provider.weigh?.(a), { urlBytes: 37, bodyBytes: 0 })
  assert.equal(provider.overhead, { urlBytes: '/v2/io_showcase?uuids='.length, bodyBytes: 0 })
  assert.is(provider.identityOf?.('ABC'), 'abc')
})

test('an id is a UUID, and nothing else reaches the URL', () => {
  const { isValidId } = uuidList({ baseUrl: 'https://max.example.com', object: 'o', token: 'max-token' })
  fc.assert(fc.property(fc.uuid(), fc.boolean(), (id, upper) => isValidId(upper ? id.toUpperCase() : id)))
  fc.assert(fc.property(fc.string(), (id) => !isValidId(id)))
  for (const id of [`${a},${b}`, `${a} `, `{${a}}`, a.replaceAll('-', ''), `${a}&x=1`, `${a}\n`])
    assert.not(isValidId(id), id)
})

test('one transaction, commas unencoded', async ({ after }) => {
  const { seed, remove, calls, existing, recoverable } = await start(after)
  const ids = uuids(200)
  seed(ids)
  assert.equal(await remove(ids), E.right({ kind: 'AllDeleted' }))
  assert.is(calls.length, 1)
  assert.is(calls[0]?.url, `/v2/io_showcase?uuids=${ids.join(',')}`)
  assert.equal([existing().size, recoverable().size], [0, 200])
})

test('permanence is said only where it was chosen', async ({ after }) => {
  for (const permanentDelete of [true, false]) {
    const { seed, remove, calls, recoverable } = await start(after, {}, { permanentDelete })
    seed([a])
    assert.ok(E.isRight(await remove([a])))
    assert.is(calls[0]?.url, `/v2/io_showcase?uuids=${a}&permanent_delete=${permanentDelete}`)
    assert.is(recoverable().size, permanentDelete ? 0 : 1)
  }
})

test('the culprit is read out of every shape that an error may have', async ({ after }) => {
  const shapes = ['top', 'error', 'errors', 'array'] as const
  const types = ['error_type', 'type', 'errorType', 'code'] as const
  const messages = ['error_message', 'message', 'errorMessage', 'detail'] as const
  for (const errorShape of shapes) {
    for (const [at, errorTypeName] of types.entries()) {
      const errorMessageName = messages[at] ?? 'message'
      const { seed, refuse, remove } = await start(after, { errorShape, errorTypeName, errorMessageName })
      const [present, gone, locked] = uuids(3) as [string, string, string]
      seed([present, locked])
      refuse([locked], 'it is referenced')
      const missing = await remove([present, gone.toUpperCase()])
      assert.ok(E.isLeft(missing) && missing.left.tag === 'Refused')
      assert.equal((missing.left as Refused).culprits, [{ id: gone.toUpperCase(), is: 'absent' }])
      assert.is((missing.left as Refused).blames, 'absent')
      const refused = await remove([present, locked])
      assert.ok(E.isLeft(refused) && refused.left.tag === 'Refused')
      const [culprit] = (refused.left as Refused).culprits
      assert.equal([culprit?.id, culprit?.is], [locked, 'rejected'])
      assert.is(culprit?.is === 'rejected' && culprit.reason.code, 'vendor:operation_error')
      assert.is((refused.left as Refused).blames, 'rejected')
    }
  }
})

test('a refusal blames whom its text blames', async ({ after }) => {
  const error = (type: string, message: string) => ({ error_type: type, error_message: message })
  type Row = [status: number, body: unknown, culprits: ReadonlyArray<string>, blames: Refused['blames']]
  const table: ReadonlyArray<Row> = [
    [404, error('entity_not_found_error', `Entity not found UUID: ${b}`), [b], 'absent'],
    [404, error('entity_not_found', `Entity not found UUID: ${b.toUpperCase()}`), [b], 'absent'],
    [404, error('entity_not_found_error', `Entity not found UUID: ${a}, ${b}`), [a, b], 'absent'],
    [404, error('entity_not_found_error', 'Entity not found UUID:'), [], 'absent'],
    [404, error('entity_not_found_error', `Entity not found UUID: ${stranger}`), [], 'unknown'],
    [404, error('entity_not_found_error', 'Entity not found: io_showcase'), [], 'unknown'],
    [404, error('not_found_error', 'Not found'), [], 'unknown'],
    [404, { message: `Entity not found UUID: ${c}` }, [c], 'absent'],
    [404, { oops: `Entity not found UUID: ${c}` }, [], 'unknown'],
    [400, error('invalid_parameter_error', `The request did not provide a valid Record ID: ${c}`), [c], 'rejected'],
    [400, error('invalid_parameter_error', 'The request did not provide a valid Record ID:'), [], 'rejected'],
    [400, error('invalid_parameter_error', 'No valid object identifier: io_showcase'), [], 'unknown'],
    [400, error('missing_parameter_error', 'did not contain a valid uuid to delete the record'), [], 'unknown'],
    [400, error('operation_error', `Error Deleting Records. Exception={${a} is locked}`), [a], 'rejected'],
    [400, error('operation_error', `Error Deleting Records. Exception={${a} is used by ${b}}`), [], 'rejected'],
    [400, error('operation_error', `Error Deleting Records. Exception={${a} is used by ${stranger}}`), [a], 'rejected'],
    [400, error('operation_error', 'locked'), [], 'rejected'],
    [400, error('operation_error', `Error Deleting Records. Exception={${stranger}}`), [], 'unknown'],
    [400, [], [], 'unknown'],
    [400, { errors: [] }, [], 'unknown'],
    [400, { error: null, message: 7 }, [], 'unknown'],
    [409, error('operation_error', `Error Deleting Records. Exception={${a}}`), [], 'unknown'],
  ]
  for (const [status, json, culprits, blames] of table) {
    const told = (await refusal(after, { status, json })) as Refused
    assert.is(told.tag, 'Refused')
    assert.equal([told.culprits.map(({ id }) => id), told.blames], [culprits, blames], JSON.stringify(json))
  }
  for (const [status, text] of [
    [404, '<h1>Not Found</h1>'],
    [404, ''],
    [400, 'Bad Request'],
  ] as const) {
    const told = (await refusal(after, { status, text })) as Refused
    assert.equal([told.tag, told.culprits, told.blames], ['Refused', [], 'unknown'])
  }
})

test('too long is too long, by each of its statuses', async ({ after }) => {
  for (const tooLong of [413, 414, 431] as const) {
    const { seed, remove, existing } = await start(after, { tooLong, maxUrlBytes: 200 })
    const ids = uuids(10)
    seed(ids)
    const result = await remove(ids)
    assert.is(E.isLeft(result) && result.left.tag, 'TooLarge')
    assert.is(existing().size, 10)
  }
})

test('what exists is listed by a filter, in as many requests as the URL allows', async ({ after }) => {
  const { seed, find, calls } = await start(after)
  const ids = uuids(200)
  const shown = ids.map((id, at) => (at % 2 === 0 ? id.toUpperCase() : id))
  seed(ids.slice(0, 120))
  assert.equal(await find(shown), E.right(new Set(shown.slice(0, 120))))
  assert.is(calls.length, 2)
  assert.ok(calls.every(({ url }) => url.length <= 8_000))
  assert.match(
    calls[0]?.url ?? '',
    /^\/v2\/io_showcase\?filter=io_uuid%20in%20\(%27.*%27,%27.*&fields=io_uuid&limit=\d+$/,
  )
})

test('where the filter does not work, records are read one by one', async ({ after }) => {
  for (const filter of ['refused', 'ignored'] as const) {
    const { seed, find, calls } = await start(after, { filter })
    seed([a, b, stranger])
    const found = E.right({ ids: new Set([a, b]), complete: true, form: 'one-by-one' })
    assert.equal(await find([a, b, c]), found)
    assert.equal(await find([c, b, a]), found)
    assert.is(calls.filter(({ url }) => url.includes('filter=')).length, 1)
  }
})

test('a filter that finds nothing says so in its own name: the engine has to prove it', async ({ after }) => {
  const { seed, find } = await start(after, { filter: 'empty' })
  seed([a])
  assert.equal(await find([a]), E.right(new Set()))
})

test('read one by one, a 404 that is not about the record is no evidence', async ({ after }) => {
  const answers: ReadonlyArray<[Answer, 'gone' | 'there' | 'Garbled']> = [
    [
      { status: 404, json: { error_type: 'entity_not_found_error', error_message: `Entity not found UUID: ${a}` } },
      'gone',
    ],
    [{ status: 404 }, 'gone'],
    [{ status: 404, json: { oops: 1 } }, 'gone'],
    [
      { status: 404, json: { error_type: 'entity_not_found_error', error_message: 'Entity not found: io_x' } },
      'Garbled',
    ],
    [{ status: 404, text: '<h1>Not Found</h1>' }, 'Garbled'],
    [{ json: { io_uuid: a.toUpperCase(), io_name: 'x' } }, 'there'],
    [{ json: { io_name: 'x' } }, 'there'],
    [{ json: { io_uuid: a, io_deleted: true } }, 'gone'],
    [{ json: { io_uuid: b } }, 'Garbled'],
    [{ json: [] }, 'Garbled'],
    [{ text: '<html>' }, 'Garbled'],
  ]
  for (const [answer, expected] of answers) {
    const server = await listen(({ target }) => (target.includes('filter=') ? { status: 400 } : answer))
    after(server.close)
    const provider = uuidList({ baseUrl: server.url, object: 'io_showcase', token: 'max-token' })
    const found = await provider.findExisting?.({ number: 1, ids: [a] }, callContext())()
    const form = 'one-by-one'
    if (expected === 'gone')
      assert.equal(found, E.right({ ids: new Set(), complete: true, form }), JSON.stringify(answer))
    else if (expected === 'there')
      assert.equal(found, E.right({ ids: new Set([a]), complete: true, form }), JSON.stringify(answer))
    else assert.is(found && E.isLeft(found) && found.left.tag, expected, JSON.stringify(answer))
  }
})

test('a token that has ended is asked for again', async ({ after }) => {
  const emulator = await startUuidList({ tokenLifetimeMs: 60 })
  after(emulator.close)
  const provider = uuidList({ ...emulator.options, token: emulator.issueToken })
  emulator.seed([a, b])
  const remove = (id: string) => provider.deleteBatch({ number: 1, ids: [id] }, callContext())()
  assert.ok(E.isRight(await remove(a)))
  await new Promise((resolve) => setTimeout(resolve, 80))
  assert.ok(E.isRight(await remove(b)))
  assert.equal(
    emulator.calls.map(({ status }) => status),
    [200, 401, 200],
  )
})

test('what can not be meant is refused', () => {
  const config = { baseUrl: 'https://max.example.com', object: 'io_showcase', token: 'max-token' }
  const bad: ReadonlyArray<[Record<string, unknown>, RegExp]> = [
    [{ object: '' }, /object must be/],
    [{ object: 'a/b' }, /object must be/],
    [{ object: 'o?x=1' }, /object must be/],
    [{ object: '..' }, /object must be/],
    [{ token: undefined }, /token is missing/],
    [{ permanentDelete: 'true' }, /permanentDelete must be/],
    [{ permanent_delete: true }, /unknown option/],
    [{ maxBatchSize: 0 }, /maxBatchSize/],
    [{ maxUrlBytes: 0.5 }, /maxUrlBytes/],
    [{ baseUrl: 'http://max.example.com' }, /allowInsecure/],
  ]
  for (const [more, says] of bad) {
    assert.throws(
      () => uuidList({ ...config, ...more } as UuidListConfig),
      (error: Error) => error instanceof UsageError && says.test(error.message),
    )
  }
})
