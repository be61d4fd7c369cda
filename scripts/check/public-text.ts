import { dirname } from 'node:path'

/** What the repository shows to the world holds no path of one machine, no private registry and no secret. */

/** What must not appear: folders of this machine, and the host that npm installs from here (null: the public one). */
export type Private = { folders: readonly string[]; registryHost: string | null }

// Every machine has these; they tell nothing.
const common = new Set(
  '/ /app /home /mnt /opt /private /root /src /srv /tmp /usr /Users /var /workspace /workspaces'.split(' '),
)

/** The folders of a working copy that would give its machine away: itself, the one around it, the person's own. */
export function privateFolders(root: string, home: string): string[] {
  return [...new Set([root, dirname(root), home])].filter((folder) => !common.has(folder))
}

/** What is wrong with one file's text, as `file:line what`. */
export function checkText(file: string, text: string, { folders, registryHost }: Private): string[] {
  const faults: string[] = []
  const lock = file.endsWith('package-lock.json')
  for (const [index, line] of text.split('\n').entries()) {
    const fault = (what: string): void => void faults.push(`${file}:${index + 1} ${what}`)
    if (folders.some((folder) => holdsFolder(line, folder))) fault('names a folder of this machine')
    if (lock && /"resolved":\s*"https?:/.test(line)) fault('says where a package was downloaded')
    else if (registryHost !== null && line.includes(registryHost)) fault('names the registry of this machine')
    if (/eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/.test(line)) fault('holds a token')
    if (/\bsb_secret_[\w-]{16,}/.test(line)) fault('holds a service key')
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line)) fault('holds a private key')
  }
  return faults
}

/** A path begins where no word, dot or slash precedes it, and ends at its own end or a slash. */
function holdsFolder(line: string, folder: string): boolean {
  for (let at = line.indexOf(folder); at >= 0; at = line.indexOf(folder, at + 1)) {
    const before = at === 0 ? ' ' : (line[at - 1] ?? ' ')
    const after = line[at + folder.length] ?? ' '
    if (/[^\w./-]/.test(before) || line.startsWith('file://', at - 7)) if (/[^\w.-]/.test(after)) return true
  }
  return false
}
