// 通知: who is told of what, when offices are open, how each channel stands, and what could not be delivered.

import { namesStore } from '../api/names'
import { Facts, LevelBadge, Placeholder, Section } from '../components/pieces'
import { count } from '../format'
import { INSTANCES } from '../panel/ladder'
import { useStore } from '../store'
import { type Words, word } from '../words/codes'
import { say, t } from '../words/language'
import { DeadLetters } from './DeadLetters'
import { type Route, type Standing, notifications } from './api'
import { useAsked } from './asked'
import { CHANNEL_KINDS, KINDS } from './notification-words'
import { Again, Answered, Head, when } from './parts'

export function NotificationsTab() {
  const asked = useAsked('notifications', notifications)
  return (
    <section className="card" aria-labelledby="notifications-title">
      <Head id="notifications-title" title={t('通知', 'Notifications')}>
        <Again asked={asked} />
      </Head>
      <div className="admin-one">
        <Answered asked={asked}>{(found) => <Shown found={found} />}</Answered>
        <DeadLetters changed={asked.again} />
      </div>
    </section>
  )
}

function Shown({ found }: { found: Standing }) {
  const { configured } = found
  if (!configured)
    return (
      <Placeholder
        state="empty"
        words={{ zh: '本站未配置通知：预警的变化不发给任何人。配置见设置 notify.config。', en: 'Notifications are not configured: nobody is told of alerts. See the setting notify.config.' }}
      />
    )
  return (
    <>
      <Facts
        entries={[
          [{ zh: '办公时间', en: 'Office hours' }, t(`工作日 ${configured.hours.from} 至 ${configured.hours.until}，此外可缓的通知待上班时汇总发出`, `working days ${configured.hours.from} to ${configured.hours.until}; what can wait is put together until then`)],
          [{ zh: '不再通知', en: 'Too old' }, t(`发生已超过 ${count(Math.round(configured.age_max_ms / 3_600_000))} 小时的`, `what happened more than ${count(Math.round(configured.age_max_ms / 3_600_000))} hours ago`)],
          [{ zh: '正在汇总的摘要', en: 'Digests under way' }, count(found.digests)],
          [{ zh: '配置载入于', en: 'Configuration read' }, when(configured.told_at)],
        ]}
      />
      <Section words={{ zh: '渠道', en: 'Channels' }}>
        <Channels found={found} />
      </Section>
      <Section words={{ zh: '路由', en: 'Routes' }}>
        {configured.routes.length === 0 ? <p className="nothing">{t('没有路由：不通知任何人', 'No route: nobody is told')}</p> : <Routes routes={configured.routes} />}
      </Section>
    </>
  )
}

function Channels({ found }: { found: Standing }) {
  const kinds = new Map(found.configured?.channels.map((channel) => [channel.id, channel.kind]))
  return (
    <div className="admin-scroll">
      <table className="admin-table" id="channels">
        <thead>
          <tr>
            <th scope="col">{t('渠道', 'Channel')}</th>
            <th scope="col">{t('方式', 'By')}</th>
            <th scope="col">{t('待送达', 'Waiting')}</th>
            <th scope="col">{t('最早一条', 'The oldest')}</th>
            <th scope="col">{t('未能送达', 'Not delivered')}</th>
          </tr>
        </thead>
        <tbody>
          {found.channels.map((channel) => {
            const kind = kinds.get(channel.channel)
            return (
              <tr key={channel.channel} data-channel={channel.channel}>
                <th scope="row">{channel.channel}</th>
                <td>{kind === undefined ? t('已不在配置中', 'Not configured any more') : say(CHANNEL_KINDS[kind] ?? { zh: kind })}</td>
                <td>{count(channel.waiting)}</td>
                <td>{channel.oldest_at ? when(channel.oldest_at) : '—'}</td>
                <td className={channel.dead > 0 ? 'over' : undefined}>{count(channel.dead)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Routes({ routes }: { routes: Route[] }) {
  return (
    <div className="admin-scroll">
      <table className="admin-table" id="routes">
        <thead>
          <tr>
            <th scope="col">{t('路由', 'Route')}</th>
            <th scope="col">{t('渠道、收件地址', 'Channel, addresses')}</th>
            <th scope="col">{t('级别', 'Levels')}</th>
            <th scope="col">{t('范围', 'Of what')}</th>
            <th scope="col">{t('哪些变化', 'Which changes')}</th>
            <th scope="col">{t('非办公时间', 'Out of hours')}</th>
            <th scope="col">{t('汇总', 'Digest')}</th>
          </tr>
        </thead>
        <tbody>
          {routes.map((route) => (
            <tr key={route.id} data-route={route.id}>
              <th scope="row">{route.id}</th>
              <td>
                {route.channel}
                {route.receivers > 0 && <span className="sub">{t(`${count(route.receivers)} 个地址`, `${count(route.receivers)} addresses`)}</span>}
              </td>
              <td>{route.levels.length === 0 ? t('全部', 'All') : route.levels.map((level) => <LevelBadge key={level} level={level} />)}</td>
              <td>
                <Scope route={route} />
              </td>
              <td>{route.changes.map((change) => say(KINDS[change] ?? { zh: change })).join(t('、', ', '))}</td>
              <td>
                {route.quiet ? t('待上班时汇总', 'Waits for offices to open') : t('随时发出', 'Goes out at any time')}
                {route.quiet && route.urgent.length > 0 && (
                  <span className="sub">
                    {t('例外：', 'Except: ')}
                    {route.urgent.map((level) => (
                      <LevelBadge key={level} level={level} />
                    ))}
                  </span>
                )}
              </td>
              <td>
                {t(
                  `${count(Math.round(route.digest.within_ms / 60_000))} 分钟内超过 ${count(route.digest.more_than)} 条合并`,
                  `more than ${count(route.digest.more_than)} in ${count(Math.round(route.digest.within_ms / 60_000))} minutes are put together`,
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const BULLETINS: Record<string, Words> = {
  bulletin: { zh: '通报', en: 'Bulletin' },
  report: { zh: '运行情况报告', en: 'Status report' },
  correction: { zh: '更正通报', en: 'Correction' },
}

/** Of which regions, bodies, items, rules and control points; of all where none is named. */
function Scope({ route }: { route: Route }) {
  const names = useStore(namesStore)
  const parts: [Words, string[]][] = [
    [{ zh: '区划', en: 'Regions' }, route.regions],
    [{ zh: '督办逐级报告', en: 'Orders brought before' }, (route.before ?? []).map((instance) => say(word(INSTANCES, instance)))],
    [{ zh: '机构', en: 'Bodies' }, route.bodies.map(names.org)],
    [{ zh: '事项', en: 'Items' }, route.items.map(names.item)],
    [{ zh: '规则', en: 'Rules' }, route.rules],
    [{ zh: '监察点', en: 'Control points' }, route.control_points.map(names.controlPoint)],
    [{ zh: '印发通报时通知', en: 'Published bulletins' }, (route.bulletins ?? []).map((kind) => say(BULLETINS[kind] ?? { zh: kind, en: kind }))],
  ]
  const told = parts.filter(([, listed]) => listed.length > 0)
  if (told.length === 0) return t('全部', 'Everything')
  return told.map(([words, listed]) => (
    <span className="sub" key={words.zh}>
      {say(words)} {listed.join(t('、', ', '))}
    </span>
  ))
}
