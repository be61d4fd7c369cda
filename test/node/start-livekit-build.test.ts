import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { builtLiveKit } from '../../scripts/lib/livekit-build.ts'
import { keptLiveKit, pinnedLiveKit, wholeLiveKit } from '../../scripts/lib/livekit-choice.ts'
import { scratchFolder } from './start-support/scratch-folder.ts'

const { version, toolchain } = pinnedLiveKit()
const whole = `#!/bin/sh\necho "livekit-server version ${version}"\n`
const module = `v0.0.1-go${toolchain}.linux-amd64`

/** A cache of this test's own, and in place of Go a script that notes how it is called. */
function workplace(go: string) {
  const folder = scratchFolder()
  const calls = join(folder, 'calls')
  const built = join(folder, 'built')
  writeFileSync(built, whole, { mode: 0o755 })
  program(join(folder, 'bin/go'), `echo "$GOTOOLCHAIN $*" >> ${calls}\nbuilt=${built}\nfolder=${folder}\n${go}`)
  const path = process.env['PATH']
  process.env['PATH'] = `${join(folder, 'bin')}:${path}`
  onTestFinished(() => void (process.env['PATH'] = path))
  const said: string[] = []
  const cache = join(folder, 'cache')
  return {
    ...{ folder, cache, said, kept: keptLiveKit(cache) },
    build: (which: 'own' | 'newer' | 'module') => builtLiveKit(which, (line) => said.push(line), { cache }),
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
  }
}

function program(path: string, script: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

// `go build … -o FILE MODULE`
const builds = 'while [ "$1" != -o ]; do shift; done; cp $built "$2"'

test.runIf(process.platform !== 'win32').each([
  ['a part of one', whole.slice(0, 15)],
  ['one without a byte', ''],
  ['another version', whole.replace(version, '0.0.1')],
])('%s that is kept counts as none, and is built again', async (_, bytes) => {
  const { cache, kept, build, calls, said } = workplace(builds)
  mkdirSync(dirname(kept), { recursive: true })
  writeFileSync(kept, bytes, { mode: 0o755 })
  expect(wholeLiveKit(cache)).toBe(null)

  expect(await build('own')).toBe(kept)

  expect(wholeLiveKit(cache)).toBe(kept)
  expect(calls()).toEqual([expect.stringMatching(/^local build -mod=readonly .*livekit-server\/cmd\/server$/)])
  expect(said.at(-1)).toMatch(/^LiveKit .* was built in \d+ s/)
  expect(await build('own')).toBe(kept)
  expect(calls()).toHaveLength(1)
})

test.runIf(process.platform !== 'win32')(
  'what Go built and does not run is not kept, nor what killed builds left',
  async () => {
    const { kept, build } = workplace('while [ "$1" != -o ]; do shift; done; head -c 9 $built > "$2"; chmod +x "$2"')
    mkdirSync(dirname(kept), { recursive: true })
    // No process has a number as large.
    writeFileSync(join(dirname(kept), 'building-99999999'), 'half')

    await expect(build('own')).rejects.toThrow('LiveKit was built, and does not run on this machine.')

    expect(readdirSync(dirname(kept))).toEqual([])
  },
)

test.runIf(process.platform !== 'win32')(
  'what Go says of a build that fails is told, and nothing is kept',
  async () => {
    const { kept, build } = workplace('echo "disk is full" >&2; exit 1')
    await expect(build('own')).rejects.toThrow('LiveKit was not built: disk is full')
    expect(readdirSync(dirname(kept))).toEqual([])
  },
)

test.runIf(process.platform !== 'win32')('a Go since 1.21 is told which release to be', async () => {
  const { build, calls, said } = workplace(builds)
  await build('newer')
  expect(calls()).toEqual([expect.stringContaining(`go${toolchain} build `)])
  expect(said).toContain(`This Go is too old for it, so Go ${toolchain} is fetched too (70 MB).`)
})

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'an older Go fetches the release as a module, which is made programs of and builds',
  async () => {
    const { folder, build, calls } = workplace('echo "{\\"Dir\\": \\"$folder/module\\"}"')
    program(join(folder, 'module/pkg/tool/linux_amd64/compile'), '')
    chmodSync(join(folder, 'module/pkg/tool/linux_amd64/compile'), 0o444)
    program(
      join(folder, 'module/bin/go'),
      `[ -x $0 ] && [ -x ${folder}/module/pkg/tool/linux_amd64/compile ] || exit 1
      echo "module $GOTOOLCHAIN" >> ${folder}/calls; built=${folder}/built; ${builds}`,
    )
    chmodSync(join(folder, 'module/bin/go'), 0o444)

    await build('module')

    expect(calls()).toEqual([`local mod download -json golang.org/toolchain@${module}`, 'module local'])
  },
)

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'a Go whose checksum is another one is not used',
  async () => {
    const { build, calls } = workplace('echo "{\\"Error\\": \\"checksum mismatch\\"}"; exit 1')
    await expect(build('module')).rejects.toThrow(`Go ${toolchain} was not fetched: checksum mismatch`)
    expect(calls()).toHaveLength(1)
  },
)
