import * as z from 'zod/mini'
import type { Env } from './env.ts'
import { sendDueMails } from './meeting-mail.ts'
import { deleteFile, recordingStoreOf, type RecordingStore } from './recording-store.ts'
import { asService, dataOf } from './supabase.ts'
import { warn } from '../durable-objects/log.ts'

/** Rows of a kind that are swept at once. */
const sweptAtOnce = 1_000

/** Files that are deleted in a round. */
const deletedAtOnce = 50

/** For how long mails are sent before the rest waits for the next round. */
const mailingMs = 60_000

/** What is done every few minutes, whoever is there: mails that could not be sent, files of recordings that are no more, and rows whose time is over. */
export async function doChores(env: Env): Promise<void> {
  await Promise.all([
    chore('mails', sendDueMails(env, Date.now() + mailingMs)),
    chore('files', deleteDoomedFiles(env)),
    chore('the sweep', sweep(env)),
  ])
}

/** Deletes the files of recordings that are no more. */
async function deleteDoomedFiles(env: Env): Promise<void> {
  const store = recordingStoreOf(env)
  if (!store) return
  const doomed = dataOf(await asService(env).rpc('take_doomed_files', { p_limit: deletedAtOnce }))
  for (const path of z.array(z.string()).parse(doomed)) await chore(path, deleteDoomedFile(env, store, path))
}

async function deleteDoomedFile(env: Env, store: RecordingStore, path: string): Promise<void> {
  await deleteFile(store, path)
  const gone = await asService(env).rpc('files_gone', { p_paths: [path] })
  if (gone.error) dataOf(gone)
}

async function sweep(env: Env): Promise<void> {
  dataOf(await asService(env).schema('public').rpc('sweep_ephemeral', { p_batch: sweptAtOnce }))
}

/** One that fails does not hold up the others, and has another try in the next round. */
async function chore(name: string, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    warn(`${name}: ${String(error)}`)
  }
}
