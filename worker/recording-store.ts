import { AwsClient } from 'aws4fetch'
import type { Env } from './env.ts'
import { ProblemError } from './problem.ts'
import { warn } from '../durable-objects/log.ts'

/** The bucket that recordings go to. */
export interface RecordingStore {
  url: string
  endpoint: string
  bucket: string
  region: string
  key: string
  secret: string
}

/** What the settings say of recordings; null where nothing is recorded. */
export function recordingStoreOf(env: Env): RecordingStore | null {
  const { RECORDINGS_URL: url, RECORDINGS_REGION, RECORDINGS_KEY: key, RECORDINGS_SECRET: secret } = env
  if (!url || !key || !secret) return null
  const { origin, pathname } = new URL(url)
  return { url, endpoint: origin, bucket: pathname.slice(1), region: RECORDINGS_REGION ?? 'auto', key, secret }
}

/** A recording's file, or the part of it that a player asks for. Problem: recording_away; not_found where there is no file. */
export async function fileOf(store: RecordingStore, path: string, range: string | undefined): Promise<Response> {
  const file = await ask(store, path, { headers: range === undefined ? {} : { range } })
  if (file.status === 404) throw new ProblemError('not_found', 'The file of this recording is gone.')
  // 416: the player asked beyond the end, and is told so.
  if (!file.ok && file.status !== 416) throw away(`The storage answered ${file.status}.`)
  const headers = new Headers({ 'accept-ranges': 'bytes' })
  for (const name of ['content-type', 'content-length', 'content-range', 'etag', 'last-modified']) {
    const value = file.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  return new Response(file.body, { status: file.status, headers })
}

/** Deletes a file. One that is gone already is deleted. Problem: recording_away. */
export async function deleteFile(store: RecordingStore, path: string): Promise<void> {
  const answer = await ask(store, path, { method: 'DELETE' })
  await answer.body?.cancel()
  if (!answer.ok && answer.status !== 404) throw away(`The storage answered ${answer.status}.`)
}

async function ask({ url, region, key, secret }: RecordingStore, path: string, init: RequestInit): Promise<Response> {
  const client = new AwsClient({ accessKeyId: key, secretAccessKey: secret, region, service: 's3', retries: 0 })
  try {
    return await client.fetch(`${url}/${path}`, init)
  } catch (error) {
    throw away(String(error))
  }
}

function away(why: string): ProblemError {
  warn(`recordings: ${why}`)
  return new ProblemError('recording_away', 'The storage of recordings did not answer.', { retryAfterMs: 5_000 })
}
