// The panel and an archive that is a moment behind what was told live.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'

import { ApiFailure } from '../api/client'
import type { Alert, AlertRecord } from '../api/types'
import { PanelModel } from './panel-model'
import type { Found, Route } from './routes'

// As it is before timers are mocked.
const atOnce = setImmediate

const record = (status: Alert['status']) => ({ alert_id: 'a', status, level: 'red', evidence: [] }) as unknown as AlertRecord
const told = (status: Alert['status']) => ({ alert_id: 'a', status, level: 'red' }) as Alert

/** A panel on alert `a`, whose answers come from `answer`. */
function opened(t: TestContext, answer: (times: number) => AlertRecord) {
  t.mock.timers.enable()
  let times = 0
  const route: Route = {
    hash: '#/alert/a',
    words: { zh: '预警' },
    concerns: (alert) => alert.alert_id === 'a',
    read: async () => ({ kind: 'alert', found: { alert: answer(++times), account: [], history: [], acts: [] } }) satisfies Found,
  }
  const panel = new PanelModel()
  panel.follow(route)
  return { panel, times: () => times, status: () => (panel.state.get().found?.found as { alert: Alert } | undefined)?.alert.status }
}

const settled = () => new Promise((done) => atOnce(done))

test('an answer of before is asked for again, later each time, until it shows what was told', async (t) => {
  const { panel, times, status } = opened(t, (n) => record(n < 4 ? 'issued' : 'withdrawn'))
  await settled()
  panel.take(told('withdrawn'))
  for (const pause of [700, 1400, 2800]) {
    t.mock.timers.tick(pause - 1)
    const before = times()
    t.mock.timers.tick(1)
    assert.equal(times(), before + 1)
    await settled()
  }
  assert.equal(status(), 'withdrawn')
  t.mock.timers.tick(600_000)
  assert.equal(times(), 4)
})

test('what was told before the panel was opened is waited for, too', async (t) => {
  t.mock.timers.enable()
  const panel = new PanelModel()
  panel.take(told('withdrawn'))
  let times = 0
  panel.follow({
    hash: '#/alert/a',
    words: { zh: '预警' },
    concerns: (alert) => alert.alert_id === 'a',
    read: async () => ({ kind: 'alert', found: { alert: record(++times < 2 ? 'issued' : 'withdrawn'), account: [], history: [], acts: [] } }),
  })
  await settled()
  t.mock.timers.tick(1400)
  await settled()
  assert.equal(times, 2)
})

test('an archive that never catches up is left alone after a while', async (t) => {
  const { panel, times } = opened(t, () => record('issued'))
  await settled()
  panel.take(told('withdrawn'))
  for (let n = 0; n < 40; n += 1) {
    t.mock.timers.tick(10_000)
    await settled()
  }
  assert.equal(times(), 17)
})

test('what is told of another alert asks for nothing', async (t) => {
  const { panel, times } = opened(t, () => record('issued'))
  await settled()
  panel.take({ ...told('withdrawn'), alert_id: 'b' })
  t.mock.timers.tick(60_000)
  assert.equal(times(), 1)
})

test('what is not there is waited for a little, then said', async (t) => {
  const { panel, times } = opened(t, () => {
    throw new ApiFailure(404, '未找到', 'not found')
  })
  for (let n = 0; n < 8; n += 1) {
    await settled()
    t.mock.timers.tick(10_000)
  }
  assert.equal(times(), 5)
  assert.equal(panel.state.get().failure?.message, '未找到')
})

test('a panel that is closed asks no more', async (t) => {
  const { panel, times } = opened(t, () => record('issued'))
  await settled()
  panel.take(told('withdrawn'))
  panel.follow(null)
  t.mock.timers.tick(60_000)
  assert.equal(times(), 1)
  assert.equal(panel.state.get().route, null)
})

test('what was found stays when it cannot be read again, and the failure is told beside it', async (t) => {
  const { panel, status } = opened(t, (n) => {
    if (n === 2) throw new ApiFailure(503, '数据库暂时不可用', 'away')
    return record('issued')
  })
  await settled()
  panel.reload()
  await settled()
  assert.deepEqual([status(), panel.state.get().failure?.message], ['issued', '数据库暂时不可用'])
  panel.reload()
  await settled()
  assert.deepEqual([status(), panel.state.get().failure], ['issued', null])
})
