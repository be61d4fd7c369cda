import { expect, test } from 'vitest'
import { everyone, people } from '../../protocol/access.ts'
import { endpoint } from '../../protocol/endpoint.ts'
import { listBlocks } from '../../protocol/endpoints/blocks.ts'
import { endpoints } from '../../protocol/endpoints.ts'
import { tryEverything } from '../../scripts/authz/run.ts'
import { rows } from '../../scripts/authz/rows.ts'
import { picture, summary } from '../../scripts/authz/table.ts'

// Some 700 requests with a room for each endpoint, and a Parley to start for them.
const patient = { timeout: 480_000 }

test(
  '[AUZ1] [AC-41] every endpoint answers every actor as its description promises, and none is untested',
  patient,
  async () => {
    const table = await tryEverything(Object.values(endpoints).flat())

    expect(summary(table), picture(table)).toMatchObject({ actors: 9, untested: 0, failed: 0 })
  },
)

test(
  '[AUZ1] an endpoint without a row, and one that serves whom it promises to refuse, are both seen',
  patient,
  async () => {
    const unknown = endpoint({ ...listBlocks, id: 'listNothing' })
    const open = endpoint({ ...listBlocks, id: 'listBlocks', access: { ...people, member: 'forbidden' } })
    const closed = endpoint({ ...listBlocks, id: 'closed', access: everyone })

    const table = await tryEverything([unknown, open, closed], { ...rows, closed: { ask: () => ({}) } })

    expect(summary(table)).toEqual({ endpoints: 3, actors: 9, cells: 18, untested: 1, failed: 4 })
    expect(picture(table)).toContain('listBlocks (GET /me/blocks) as member: forbidden was promised, served came')
    expect(picture(table)).toContain('closed (GET /me/blocks) as anonymous: served was promised, sign_in came')
  },
)
