import './styles/base.css'
import './styles/board.css'
import './styles/list.css'
import './styles/panel.css'
import './styles/account.css'
import './styles/strip.css'
import './styles/timeline.css'
import './styles/dispositions.css'
import './styles/cases.css'
import './styles/wall.css'
import './styles/narrow.css'

import { createRoot } from 'react-dom/client'

import { App } from './App'
import { start } from './board/model'
import { followTheme } from './theme'

followTheme()
start()
const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
