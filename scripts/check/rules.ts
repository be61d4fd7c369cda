import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkRules } from './rule-report.ts'
import type { RuleReport } from './rule-report.ts'

/** A line for each family of rules: `SEQ  4 rules, 9 tests`. */
function table({ cited, cases }: RuleReport): string {
  const families = Map.groupBy(cited, ([id]) => id.replace(/\d+$/, ''))
  const rows = [...families].map(([family, rules]) => {
    const tests = rules.reduce((sum, [, count]) => sum + count, 0)
    return `${family.padEnd(6)}${String(rules.length).padStart(3)} rules ${String(tests).padStart(4)} citations`
  })
  return [...rows, `AC    ${String(cases).padStart(3)} cases cited`].join('\n')
}

function main(root: string): void {
  const read = (path: string): string | null => {
    const file = join(root, path)
    return existsSync(file) ? readFileSync(file, 'utf8') : null
  }
  const files = globSync('test/**/*.test.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  const tests = new Map(files.map((file) => [file, read(file) ?? '']))
  const report = checkRules(read('docs/protocol.md') ?? '', read('docs/acceptance.md'), tests)
  if (report.faults.length === 0) return console.log(table(report))
  console.error(report.faults.join('\n'))
  process.exitCode = 1
}

main(join(import.meta.dirname, '../..'))
