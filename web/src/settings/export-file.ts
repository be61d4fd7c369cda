import { Problem } from '../../../protocol/problems.ts'
import { exportData } from '../../../protocol/endpoints/own-data.ts'
import { NetworkError, ProblemError } from '../../sync/problem-error.ts'

/**
 * Fetches everything of mine, and says how many bytes there are so far. Throws ProblemError, or NetworkError, also where the
 * answer breaks off: half a zip opens nowhere.
 */
export async function fetchExport(onBytes: (bytes: number) => void, signal: AbortSignal): Promise<File> {
  try {
    const answer = await fetch(`/api/v1${exportData.path}`, { credentials: 'same-origin', signal })
    if (!answer.ok || !answer.body) {
      const problem = Problem.safeParse(await answer.json())
      if (problem.success) throw new ProblemError(problem.data)
      throw new Error(`Status ${answer.status} without a problem`)
    }
    const pieces: BlobPart[] = []
    let bytes = 0
    const reader = answer.body.getReader()
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value)
      bytes += piece.value.byteLength
      onBytes(bytes)
    }
    const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'parley.zip'
    return new File(pieces, name, { type: exportData.media })
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new NetworkError(error)
  }
}

/** Gives a file to the person, as a download does. */
export function save(file: File): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = file.name
  link.click()
  // The browser has taken it by then; what it holds of it would otherwise stay as long as the page.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** So many bytes, for people. */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000).toLocaleString()} kB`
  return `${(bytes / 1_000_000).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`
}
