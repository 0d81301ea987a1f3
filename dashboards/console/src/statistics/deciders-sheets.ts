// Who decided what, as files: all that the page shows, with the names it shows.

import type { Names } from '../api/names'
import type { Cell, Sheet } from '../components/files'
import { say, t } from '../words/language'
import type { Deciders } from './api'
import { DECIDED, type Decided, setAside, unconcludedText } from './deciders-model'
import { type Period, periodName } from './period'

/** By whom, each with the body they acted for; under it all of them, and what has no conclusion. */
export function peopleSheet(found: Deciders, names: Names, period: Period): Sheet {
  const share = ({ concluded, objective_share: of }: Decided): Cell => of ?? (concluded > 0 ? t('基数不足', 'base too small') : null)
  const line = (person: string, body: string, of: Decided, back: number): Cell[] => [person, body, ...DECIDED.map((column) => column.of(of)), share(of), back]
  const head = [t('人员', 'Person'), t('所在单位', 'Acting for'), ...DECIDED.map((column) => say(column)), t('客观原因占比', 'Objective, share'), t('认定被他人撤销', 'Taken back by others')]
  const people = found.deciders.map((one) => line(names.officer(one.person), one.acting_for && names.org(one.acting_for), one, one.taken_back))
  return {
    head,
    shares: head.map((_, place) => place === head.length - 2),
    body: [...people, line(t('合计', 'All'), '', found.total, takenBackOf(found))],
    notes: [periodName(period), unconcludedText(found)],
  }
}

/** Whose alerts were dismissed or withdrawn, and by whom. */
export function bodiesSheet(found: Deciders, names: Names, period: Period): Sheet {
  return {
    head: [t('人员', 'Person'), t('责任单位', 'Whose alerts'), t('单位代码', 'Its code'), t('不予认定', 'Dismissed'), t('申诉撤销', 'Withdrawn'), t('其中客观原因', 'Objective'), t('该单位预警已作结论', 'Concluded of it')],
    body: setAside(found).map((row) => [names.officer(row.person), row.body ? names.org(row.body) : t('未注明', 'Not named'), row.body, row.dismissed, row.withdrawn, row.objective, row.concluded]),
    notes: [periodName(period)],
  }
}

/** Whose confirmations were taken back, and by whom. */
export function takenBackSheet(found: Deciders, names: Names, period: Period): Sheet {
  return {
    head: [t('撤销人', 'Withdrawn by'), t('原认定人', 'Confirmed by'), t('件数', 'Alerts')],
    body: found.taken_back.map(({ person, confirmed_by: by, alerts }) => [names.officer(person), by ? names.officer(by) : t('未经认定', 'Nobody'), alerts]),
    notes: [periodName(period)],
  }
}

/** How many confirmations of all persons others took back. */
export const takenBackOf = ({ taken_back: all }: Pick<Deciders, 'taken_back'>) =>
  all.reduce((sum, { person, confirmed_by: by, alerts }) => (by && by !== person ? sum + alerts : sum), 0)
