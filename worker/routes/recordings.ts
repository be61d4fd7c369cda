import { Hono } from 'hono'
import * as z from 'zod/mini'
import {
  deleteRecording,
  listRecordings,
  playRecording,
  Recording,
  startRecording,
  stopRecording,
} from '../../protocol/endpoints/recordings.ts'
import type { App, Env } from '../env.ts'
import { startEgress, stopEgress } from '../egress.ts'
import { entryOf, noSuchMeeting } from '../meeting-entry.ts'
import { ProblemError } from '../problem.ts'
import { noteRecording } from '../recording-news.ts'
import { deleteFile, fileOf, recordingStoreOf, type RecordingStore } from '../recording-store.ts'
import { serve } from '../serve.ts'
import { asService, dataOf } from '../supabase.ts'

const Begun = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.enum(['begun', 'running']), recording: Recording }),
  z.object({ outcome: z.enum(['over', 'forbidden', 'unknown']) }),
])

const Found = z.nullable(
  z.object({ recording: Recording, egress: z.string(), path: z.nullable(z.string()), runs: z.boolean() }),
)

/** Recordings of meetings: LiveKit's egress makes them, a bucket keeps them, and the worker plays them to who may see them. */
export const recordings = new Hono<App>()

serve(recordings, startRecording, async ({ c, session, params: { meeting } }) => {
  const me = session.me.person.id
  const store = recordingStoreOf(c.env)
  const id = crypto.randomUUID()
  const path = `${meeting}/${id}.mp4`
  if (!store) {
    await mayBegin(c.env, meeting, me)
    throw notSetUp()
  }
  const args = { p_meeting: meeting, p_by: me, p_id: id, p_path: path }
  const begun = Begun.parse(dataOf(await asService(c.env).rpc('begin_recording', args)))
  switch (begun.outcome) {
    case 'unknown':
      throw noSuchMeeting()
    case 'forbidden':
      throw notYours()
    case 'over':
      throw new ProblemError('conflict', 'This meeting is over.')
    case 'running':
      return [200, begun.recording]
    case 'begun': {
      const way = await entryOf(c.env, { meeting, person: me })
      try {
        const egress = await startEgress(c.env, {
          ...{ room: `m_${meeting}`, path, audioOnly: way?.facts.media === 'audio', store },
        })
        await noteRecording(c.env, meeting, { recording: id, egress, status: 'starting' })
      } catch (error) {
        const nobody = error instanceof ProblemError && error.kind === 'conflict'
        if (nobody) await forget(c.env, meeting, id)
        else {
          const why = error instanceof ProblemError ? error.message : 'Something went wrong.'
          await noteRecording(c.env, meeting, { recording: id, status: 'failed', error: why })
        }
        throw error
      }
      return [201, begun.recording]
    }
  }
})

serve(recordings, stopRecording, async ({ c, session, params }) => {
  const { recording, egress, runs } = await found(c.env, params, session.me.person.id)
  if (!runs) throw notYours()
  if (recording.status === 'starting' || recording.status === 'active') {
    if (!egress.startsWith('starting:')) await stopEgress(c.env, egress)
    await noteRecording(c.env, params.meeting, { recording: recording.id, status: 'processing' })
  }
  return [200, (await found(c.env, params, session.me.person.id)).recording]
})

serve(recordings, listRecordings, async ({ c, session, params }) => {
  const args = { p_meeting: params.meeting, p_person: session.me.person.id }
  const answer = await asService(c.env).rpc('recordings_of', args)
  if (answer.data === null && !answer.error) throw noSuchMeeting()
  return [200, { items: z.array(Recording).parse(dataOf(answer)), available: recordingStoreOf(c.env) !== null }]
})

serve(recordings, playRecording, async ({ c, session, params }) => {
  const { recording, path } = await found(c.env, params, session.me.person.id)
  if (recording.status !== 'completed' || path === null) {
    throw new ProblemError('not_found', 'There is no file of this recording yet, or it failed.')
  }
  return await fileOf(storeOf(c.env), path, c.req.header('range'))
})

serve(recordings, deleteRecording, async ({ c, session, params }) => {
  const { recording, path, runs } = await found(c.env, params, session.me.person.id)
  if (!runs) throw notYours()
  if (recording.status === 'starting' || recording.status === 'active') {
    throw new ProblemError('conflict', 'Stop it first.')
  }
  // What is left of one that failed goes with the chores: the storage may be why it did.
  if (path !== null && recording.status !== 'failed') await deleteFile(storeOf(c.env), path)
  await forget(c.env, params.meeting, recording.id)
  return [204]
})

async function forget(env: Env, meeting: string, recording: string): Promise<void> {
  const answer = await asService(env).rpc('forget_recording', { p_meeting: meeting, p_recording: recording })
  if (answer.error) dataOf(answer)
}

async function found(env: Env, params: { meeting: string; recording: string }, me: string) {
  const args = { p_meeting: params.meeting, p_recording: params.recording, p_person: me }
  const answer = await asService(env).rpc('recording_of', args)
  if (answer.error) dataOf(answer)
  const one = Found.parse(answer.data)
  if (!one) throw new ProblemError('not_found', 'There is no such recording for you.')
  return one
}

/** Who may not record is told so, also where nothing can be recorded. Problems: not_found, forbidden. */
async function mayBegin(env: Env, meeting: string, me: string): Promise<void> {
  const way = await entryOf(env, { meeting, person: me })
  if (!way || way.right === 'none') throw noSuchMeeting()
  const { right, facts } = way
  if (right === 'host' || right === 'cohost' || (right === 'member' && facts.mayRecord === 'members')) return
  throw notYours()
}

function storeOf(env: Env): RecordingStore {
  const store = recordingStoreOf(env)
  if (!store) throw notSetUp()
  return store
}

function notSetUp(): ProblemError {
  return new ProblemError('recording_away', 'No storage for recordings is set here.')
}

function notYours(): ProblemError {
  return new ProblemError('forbidden', 'Hosts of the meeting record it, or members where its hosts allow that.')
}
