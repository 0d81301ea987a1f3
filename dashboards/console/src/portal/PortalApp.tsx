// The public page: its head, the ways through it, and the page that the address names.

import { useStore } from '../store'
import { chooseLanguage, languageStore, t } from '../words/language'
import { ItemPage } from './ItemPage'
import { ListPage } from './ListPage'
import { ProgressPage } from './ProgressPage'
import { ReceiptPage } from './ReceiptPage'
import { VoicePage } from './VoicePage'
import { about, useAsked } from './api'
import { PROGRESS_HASH, type PortalPage, pageStore, voiceHash } from './routes'

export function PortalApp() {
  const language = useStore(languageStore)
  const page = useStore(pageStore)
  const told = useAsked('about', about)
  const { watermark = null, progress = true, log_digest: digest = null } = told.state === 'here' ? told.value : {}
  return (
    <div className="portal" key={language}>
      <header className="portal-head">
        <h1>{t('行政权力公开', 'Public powers')}</h1>
        {watermark && <span className="portal-mark">{watermark}</span>}
        <button type="button" className="portal-language" lang={language === 'en' ? 'zh-CN' : 'en'} onClick={() => chooseLanguage(language === 'en' ? 'zh' : 'en')}>
          {language === 'en' ? '中文' : 'English'}
        </button>
        <nav aria-label={t('栏目', 'Sections')}>
          <Way hash="#/" here={page.name === 'list' || page.name === 'item'}>
            {t('权力清单', 'Powers')}
          </Way>
          {progress && (
            <Way hash={PROGRESS_HASH} here={page.name === 'progress'}>
              {t('办件进度', 'My case')}
            </Way>
          )}
          <Way hash={voiceHash('complaint')} here={page.name === 'voice' || page.name === 'receipt'}>
            {t('投诉评价', 'Complain or rate')}
          </Way>
        </nav>
      </header>
      <main className="portal-main">
        <Shown page={page} />
      </main>
      <footer className="portal-foot">
        <p>{t('本页不需要登录，不显示任何人的个人信息。', 'Nobody signs in here, and nothing personal is shown.')}</p>
        {digest && (
          <p className="portal-digest">
            {t(`监察日志 ${digest.day} 校验摘要`, `Digest of the supervision log of ${digest.day}`)} <code>{digest.digest}</code>
          </p>
        )}
        <p>{t('其他问题可以拨打 12345 政务服务便民热线。', 'For anything else ring 12345.')}</p>
      </footer>
    </div>
  )
}

function Way({ hash, here, children }: { hash: string; here: boolean; children: string }) {
  return (
    <a href={hash} aria-current={here ? 'page' : undefined}>
      {children}
    </a>
  )
}

function Shown({ page }: { page: PortalPage }) {
  switch (page.name) {
    case 'list':
      return <ListPage wanted={page.wanted} />
    case 'item':
      return <ItemPage code={page.code} />
    case 'progress':
      return <ProgressPage />
    case 'voice':
      return <VoicePage key={`${page.kind}/${page.item}`} kind={page.kind} item={page.item} />
    case 'receipt':
      return <ReceiptPage />
  }
}
