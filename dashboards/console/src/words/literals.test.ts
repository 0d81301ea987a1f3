// The console's own words stand in Chinese and English side by side: no piece of the page prints a Chinese text that has no English beside it.
// What is not the console's own (alerts' messages, definitions) is no literal and not looked at.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'

import type * as TypeScript from 'typescript'

// The tests are bundled; the compiler is not.
const ts = createRequire(join(process.cwd(), 'package.json'))('typescript') as typeof TypeScript

/** Literals that may stand alone, by file. The list only shrinks: one that is gone has to leave it. */
const ALONE: Record<string, string[]> = {
  // Named in the language that it leads to.
  'components/switches.tsx': ['中文'],
  'portal/PortalApp.tsx': ['中文'],
  // What the platform's own sentences begin with when they ask for something.
  'desk/tasks.ts': ['请'],
}

const HAN = /\p{Script=Han}/u

test('every Chinese text of the console has its English beside it', () => {
  const found: Record<string, string[]> = {}
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(file) || file.endsWith('.test.ts') || file.endsWith('.d.ts')) continue
    const alone = aloneIn(file, readFileSync(join('src', file), 'utf8'))
    if (alone.length > 0) found[file.replaceAll('\\', '/')] = alone
  }
  assert.deepEqual(found, ALONE)
})

test('a Chinese text alone is found, in whatever form, and one beside its English is not', () => {
  const alone = (text: string) => aloneIn('a.tsx', text)
  assert.deepEqual(alone("const a = '预警'"), ['预警'])
  assert.deepEqual(alone('const a = `共 ${n} 条`'), ['共 ', ' 条'])
  assert.deepEqual(alone('const a = <p title="预警">办件 {n}</p>'), ['预警', '办件 '])
  assert.deepEqual(alone("const a = { zh: '预警' }"), ['预警'])
  assert.deepEqual(alone("t('预警', '预警')"), ['预警', '预警'])
  assert.deepEqual(alone("t(`共 ${n} 条`, `${n} in all`) + say({ zh: '预警', en: 'Alert' })"), [])
  assert.deepEqual(alone("const a = [['一', 'Mo']]; new ApiFailure(401, '请先登录', 'Sign in first')"), [])
  assert.deepEqual(alone("const a = `${t('审计', 'audit')}.csv` // 注释"), [])
  assert.deepEqual(alone("t(`${n}月`, month.id) + f('月', month.id)"), ['月'])
  assert.deepEqual(alone("t(n > 1 ? '多' : '一', 'some')"), [])
  assert.deepEqual(alone("const a = { 'Append task': '增加环节', red: '红牌' }"), ['红牌'])
})

function aloneIn(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
  const alone: string[] = []
  const look = (node: TypeScript.Node) => {
    const said = ts.isStringLiteral(node) || ts.isJsxText(node) || ts.isNoSubstitutionTemplateLiteral(node) || isPiece(node) ? node.text : ''
    if (HAN.test(said) && !beside(node)) alone.push(said)
    ts.forEachChild(node, look)
  }
  look(source)
  return alone
}

const isPiece = (node: TypeScript.Node) => ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node)

/** Whether it, or what it is a part of, has its English next to it: the next argument or element, or the field `en` beside `zh`. */
function beside(node: TypeScript.Node): boolean {
  for (let part: TypeScript.Node = node; part.parent; part = part.parent) {
    const { parent } = part
    if (ts.isPropertyAssignment(parent) && ts.isObjectLiteralExpression(parent.parent)) {
      const fields = parent.parent.properties
      if (parent.name.getText() === 'zh' && fields.some((field) => field.name?.getText() === 'en')) return true
    }
    // A table by what a library says in English.
    if (ts.isPropertyAssignment(parent) && /^['"]?[A-Z][a-z]/.test(parent.name.getText())) return true
    const listed = ts.isArrayLiteralExpression(parent) ? parent.elements : ts.isCallExpression(parent) || ts.isNewExpression(parent) ? parent.arguments : undefined
    const place = listed?.findIndex((other) => other === part) ?? -1
    const next = place < 0 ? undefined : listed?.[place + 1]
    // `t` takes Chinese and English; its English may be put together.
    const ofT = ts.isCallExpression(parent) && parent.expression.getText() === 't' && place === 0
    if (next && (isEnglish(next) || (ofT && !HAN.test(next.getText())))) return true
    // What is said within another function is not a part of what is said around it.
    if (ts.isFunctionLike(parent)) return false
  }
  return false
}

/** A text without Chinese, or a choice of such. */
function isEnglish(node: TypeScript.Node): boolean {
  if (ts.isConditionalExpression(node)) return isEnglish(node.whenTrue) && isEnglish(node.whenFalse)
  if (ts.isParenthesizedExpression(node)) return isEnglish(node.expression)
  if (ts.isBinaryExpression(node)) return isEnglish(node.right)
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return !HAN.test(node.text)
  return ts.isTemplateExpression(node) && !HAN.test(node.head.text) && node.templateSpans.every(({ literal }) => !HAN.test(literal.text))
}
