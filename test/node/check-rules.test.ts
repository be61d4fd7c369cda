import { expect, test } from 'vitest'
import { checkRules } from '../../scripts/check/rule-report.ts'

const protocol = `# Protocol

**[SEQ1]** Every accepted message takes the next number.
**[SEQ2]** Numbers have no holes. See [SEQ1].
`
const acceptance = '| id | seen in |\n|---|---|\n| AC-01 | somewhere |\n'

// Written in pieces, so that this file itself cites nothing.
function named(...ids: string[]): string {
  return `test('${ids.map((id) => `[${id}]`).join('')} is so', () => {})\n`
}

test('rules that are all cited pass, however they are cited', () => {
  const seq1 = 'SEQ1'
  const tests = new Map([
    ['test/node/a.test.ts', named('SEQ1', 'AC-01') + named('SEQ2')],
    ['test/workers/b.test.ts', `test.each([1])(\n  "[${seq1}] holds for %d", () => list[SEQ9]) // '[SEQ8]'`],
  ])

  expect(checkRules(protocol, acceptance, tests)).toEqual({
    cited: new Map([
      ['SEQ1', 2],
      ['SEQ2', 1],
    ]),
    cases: 1,
    faults: [],
  })
})

test('a rule without a test, and a citation without a rule, are faults', () => {
  const tests = new Map([['test/node/a.test.ts', named('SEQ1') + named('SEQ3') + named('AC-02')]])

  expect(checkRules(protocol, acceptance, tests).faults).toEqual([
    'test/node/a.test.ts cites [SEQ3], which is stated nowhere',
    'test/node/a.test.ts cites [AC-02], which is stated nowhere',
    '[SEQ2] is cited by no test',
  ])
})

test('without a page of acceptance cases their ids are taken as they are', () => {
  const tests = new Map([['test/node/a.test.ts', named('SEQ1') + named('SEQ2', 'AC-99')]])

  expect(checkRules(protocol, null, tests).faults).toEqual([])
})

test('a rule stated twice and a page without rules are faults', () => {
  const tests = new Map([['test/node/a.test.ts', named('SEQ1') + named('SEQ2')]])

  expect(checkRules(`${protocol}**[SEQ2]** again`, null, tests).faults).toEqual(['[SEQ2] is stated twice'])
  expect(checkRules('# Protocol', null, new Map()).faults).toEqual(['docs/protocol.md states no rules'])
})
