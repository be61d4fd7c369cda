import { Hono } from 'hono'
import type { ChangeAnswer } from '../../durable-objects/membership.ts'
import { ChangeMembers, HandOver, type MembersChanged } from '../../protocol/api.ts'
import { Uuid } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { App } from '../env.ts'
import { ProblemError } from '../problem.ts'
import { readBody, readValue } from '../read.ts'
import { roomObject } from '../objects.ts'
import { signedIn } from '../session.ts'
import { databaseAway } from '../supabase.ts'

/** A room's members change through the room alone, and have changed for everyone when the request is answered. */
export const members = new Hono<App>()
  .post('/rooms/:id/members', signedIn, async (c) => {
    const room = readValue(c.req.param('id'), Uuid)
    const { command, changes } = await readBody(c, ChangeMembers)
    const answer = await roomObject(c.env, room).changeMembers(c.get('session').me.person.id, command, changes)
    return c.json(changed(answer))
  })
  .post('/rooms/:id/owner', signedIn, async (c) => {
    const room = readValue(c.req.param('id'), Uuid)
    const { command, to } = await readBody(c, HandOver)
    return c.json(changed(await roomObject(c.env, room).handOver(c.get('session').me.person.id, command, to)))
  })
  /** DELETE /rooms/:id: nobody is a member any more when it is answered; the rest goes batch by batch. */
  .delete('/rooms/:id', signedIn, async (c) => {
    const room = readValue(c.req.param('id'), Uuid)
    switch (await roomObject(c.env, room).delete(c.get('session').me.person.id)) {
      case 'deleted':
        return c.body(null, 204)
      case 'forbidden':
        throw new ProblemError('forbidden', 'Only the owner deletes a group.')
      case 'gone':
        throw noSuchRoom()
      case 'pending':
        throw new ProblemError('pending')
      case 'away':
        throw databaseAway()
    }
  })

function changed(answer: ChangeAnswer): MembersChanged {
  switch (answer.outcome) {
    case 'changed':
      return { membersVersion: answer.membersVersion, refused: answer.refused }
    case 'forbidden':
      throw new ProblemError('forbidden', answer.detail)
    case 'full':
      throw new ProblemError('room_full', `A room has at most ${limits.roomMembers} members.`)
    case 'gone':
    case 'not_a_member':
      throw noSuchRoom()
    case 'pending':
      throw new ProblemError('pending')
    case 'away':
      throw databaseAway()
  }
}

function noSuchRoom(): ProblemError {
  return new ProblemError('not_found', 'There is no such room, or you are not a member of it.')
}
