import { readFileSync, statSync } from 'node:fs'
import { unzipSync } from 'fflate'
import { Advice } from '../lib/advice.ts'

// 400 MB of text: the longest string that JavaScript can hold is a little over that.
const longestText = 400_000_000

// 2 GB: a larger file cannot be read in one piece.
const largestFile = 2_000_000_000

/**
 * The text of a chat export: of a .txt file, or of the chat file in a .zip, whose media are not unpacked. Throws Advice
 * when the file is missing, is a folder, or holds no chat file.
 */
export function readChatFile(path: string): string {
  const bytes = readBytes(path)
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b
  return decode(isZip ? chatFileIn(bytes, path) : bytes, path)
}

function readBytes(path: string): Uint8Array {
  try {
    const found = statSync(path)
    if (found.isDirectory()) throw new Advice(`${path} is a folder. Give the .txt file or the .zip of the export.`)
    if (found.size > largestFile) {
      throw new Advice(
        `${path} is larger than 2 GB. Unpack it and give the chat file in it (_chat.txt), without media.`,
      )
    }
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Advice) throw error
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT') throw new Advice(`There is no file ${path}.`)
    if (code === 'EACCES') throw new Advice(`${path} may not be read by this user.`)
    throw error
  }
}

function chatFileIn(zip: Uint8Array, path: string): Uint8Array {
  try {
    const names: string[] = []
    unzipSync(zip, { filter: ({ name }) => isText(name) && names.push(name) < 0 })
    const chosen = chatFileName(names)
    if (chosen === null) throw new Advice(noChatIn(path, names))
    let size = 0
    const files = unzipSync(zip, {
      filter: ({ name, originalSize }) => {
        if (name !== chosen) return false
        size = originalSize
        return originalSize <= longestText
      },
    })
    const file = files[chosen]
    if (file === undefined) throw new Advice(`${chosen} in ${path} is too long to read (${size} bytes).`)
    return file
  } catch (error) {
    if (error instanceof Advice) throw error
    throw new Advice(`${path} is a damaged zip file (${error instanceof Error ? error.message : String(error)}).`)
  }
}

function isText(name: string): boolean {
  return /\.txt$/i.test(name) && !/(?:^|\/)(?:__MACOSX\/|\._)/.test(name)
}

/** Which of a zip's text files is the chat: others are attachments. */
function chatFileName(names: readonly string[]): string | null {
  const called = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name))
  const named = called(/(?:^|\/)_chat\.txt$/i) ?? called(/(?:^|\/)[^/]*whatsapp[^/]*\.txt$/i)
  return named ?? (names.length === 1 ? (names[0] ?? null) : null)
}

function noChatIn(path: string, names: readonly string[]): string {
  if (names.length === 0) return `${path} holds no chat: there is no .txt file in it.`
  return `${path} holds several .txt files (${names.slice(0, 5).join(', ')}) and none is called _chat.txt. Unpack it and give the right one.`
}

function decode(bytes: Uint8Array, path: string): string {
  if (bytes.length > longestText) throw new Advice(`${path} is too long to read (${bytes.length} bytes).`)
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8').decode(bytes)
}
