import './styles/base.css'
import './styles/board.css'
import './styles/list.css'
import './styles/panel.css'
import './styles/account.css'
import './styles/strip.css'
import './styles/timeline.css'
import './styles/dispositions.css'
import './styles/people.css'
import './styles/cases.css'
import './styles/complaints.css'
import './styles/sampling.css'
import './styles/incidents.css'
import './styles/ledger.css'
import './styles/papers.css'
import './styles/bulletins.css'
import './styles/flowchart.css'
import './styles/alerts.css'
import './styles/desk.css'
import './styles/foresight.css'
import './styles/lists.css'
import './styles/milestones.css'
import './styles/register.css'
import './styles/drafts.css'
import './styles/admin.css'
import './styles/regions.css'
import './styles/wall.css'
import './styles/narrow.css'
import './styles/print.css'

import { createRoot } from 'react-dom/client'

import { followPresence } from './api/attended'
import { App } from './App'
import { followSession } from './people/session'
import { followTheme } from './theme'
import { followLanguage } from './words/language'

followTheme()
followLanguage()
followPresence()
followSession(() => {
  history.replaceState(null, '', location.pathname)
  location.reload()
})
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
