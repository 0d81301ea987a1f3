// The page before all others, where the site has accounts: signing in, and a password of one's own in place of a temporary one.

import { Both, Placeholder } from '../components/pieces'
import { LanguageSwitch, ThemeSwitch } from '../components/switches'
import { t } from '../words/language'
import { ChangeForm } from './ChangePassword'
import { SignInForm } from './SignInForm'
import type { Phase } from './session'

export function Entrance({ phase }: { phase: Phase }) {
  return (
    <div className="app entrance">
      <header className="masthead">
        <h1>
          <span className="mark">{t('明镜', 'Mingjing')}</span>
          <span className="subject">
            <Both words={{ zh: '行政权力运行电子监察', en: 'Supervision of administrative power' }} />
          </span>
        </h1>
        <div className="platform">
          <div className="switches">
            <LanguageSwitch />
            <ThemeSwitch />
          </div>
        </div>
      </header>
      <main className="entrance-main">
        <Content phase={phase} />
      </main>
    </div>
  )
}

function Content({ phase }: { phase: Phase }) {
  if (phase === 'asking') return <Placeholder state="waiting" words={{ zh: '正在连接平台…', en: 'Connecting to the platform' }} />
  if (phase === 'unreachable')
    return <Placeholder state="failed" words={{ zh: '无法连接平台，正在自动重试', en: 'The platform cannot be reached; trying again by itself' }} />
  return phase === 'change' ? <ChangeForm temporary /> : <SignInForm />
}
