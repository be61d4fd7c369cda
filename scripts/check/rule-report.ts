/**
 * Every rule of the protocol has a test that cites it, and every citation names a rule. Rules stand in docs/protocol.md
 * as `**[SEQ1]** text`; a test cites one at the beginning of its name: `[SEQ1] every accepted message …`.
 * Cases of docs/acceptance.md (`AC-01`) need no test each, but a cited one has to exist.
 */

/** The rules with the number of tests that cite them, and what is wrong. */
export type RuleReport = { cited: Map<string, number>; cases: number; faults: string[] }

/** Compare the rules with the tests, given as text by file name. `acceptance` is null when there is no such page. */
export function checkRules(
  protocol: string,
  acceptance: string | null,
  tests: ReadonlyMap<string, string>,
): RuleReport {
  const stated = [...protocol.matchAll(/\*\*\[([A-Z]+\d+)\]\*\*/g)].map(([, id = '']) => id)
  const cases =
    acceptance === null ? null : new Set([...acceptance.matchAll(/^\|\s*(AC-\d+)\s*\|/gm)].map(([, id = '']) => id))
  const cited = new Map(stated.map((id) => [id, 0]))
  const citedCases = new Set<string>()
  const faults = stated.length === 0 ? ['docs/protocol.md states no rules'] : twice(stated)
  for (const [file, text] of tests) {
    for (const id of citations(text)) {
      const isCase = id.startsWith('AC-')
      if (isCase) citedCases.add(id)
      else if (cited.has(id)) cited.set(id, (cited.get(id) ?? 0) + 1)
      if (isCase ? cases?.has(id) === false : !cited.has(id))
        faults.push(`${file} cites [${id}], which is stated nowhere`)
    }
  }
  for (const [id, count] of cited) if (count === 0) faults.push(`[${id}] is cited by no test`)
  return { cited, cases: citedCases.size, faults }
}

/** The ids at the beginning of every string that is a first argument: so begin names of tests, and nothing else. */
function citations(text: string): string[] {
  const names = text.matchAll(/\(\s*['"`]((?:\[(?:[A-Z]+\d+|AC-\d+)\][ ,]*)+)/g)
  return [...names].flatMap(([, ids = '']) => [...ids.matchAll(/\[([^\]]+)\]/g)].map(([, id = '']) => id))
}

function twice(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `[${id}] is stated twice`)
}
