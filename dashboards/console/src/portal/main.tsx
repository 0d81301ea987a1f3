import '../styles/base.css'
import '../styles/portal.css'

import { createRoot } from 'react-dom/client'

import { followTheme } from '../theme'
import { followLanguage } from '../words/language'
import { PortalApp } from './PortalApp'
import { followAddress } from './routes'

followTheme()
followLanguage()
followAddress()
const root = document.getElementById('root')
if (root) createRoot(root).render(<PortalApp />)
