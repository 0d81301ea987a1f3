// What an entry of the audit trail was, in the field's words: by method and path. What has no row here is told by them alone.

import type { Words } from '../words/codes'
import type { AuditEntry } from './api'

type Row = [method: string, path: RegExp, words: Words]

const API = String.raw`^/api/v1`
const row = (method: string, path: string, zh: string, en: string): Row => [method, new RegExp(`${API}${path}$`), { zh, en }]

const ONE = '/[^/]+'

const ROWS: Row[] = [
  row('POST', '/session', '登录', 'Sign in'),
  row('GET', '/session/oidc/callback', '经单点登录登录', 'Sign in by the site’s provider'),
  row('DELETE', '/session', '退出', 'Sign out'),
  row('POST', '/session/password', '修改本人口令', 'Change their own password'),
  row('GET', '/accounts', '查看账号', 'See accounts'),
  row('GET', `/accounts${ONE}`, '查看一个账号', 'See an account'),
  row('POST', '/accounts', '开立账号', 'Open an account'),
  row('POST', `/accounts${ONE}/change`, '变更账号权限', 'Change an account’s rights'),
  row('POST', `/accounts${ONE}/password`, '重置账号口令', 'Reset an account’s password'),
  row('POST', `/accounts${ONE}/disable`, '停用账号', 'Disable an account'),
  row('POST', `/accounts${ONE}/enable`, '启用账号', 'Enable an account'),
  row('POST', `/accounts${ONE}/end_sessions`, '终止账号登录', 'End an account’s sessions'),
  row('GET', '/audit', '查看审计记录', 'See the audit trail'),
  row('POST', '/log/verify', '校验日志', 'Verify the log'),
  row('GET', '/audit/export', '导出审计记录', 'Export the audit trail'),
  row('GET', `/definitions/body${ONE}(?:/text|/diff)?`, '查看行使主体的人员', 'See the officers of a body'),
  row('GET', `/drafts${ONE}(?:/text|/check)?`, '查看行使主体草案的人员', 'See the officers in a draft of a body'),
  row('GET', '/installations', '查看安装记录中的人员', 'See the officers in what was installed'),
  row('GET', '/alerts', '查看预警列表', 'See alerts'),
  row('POST', '/alerts', '人工提出预警', 'Raise an alert by hand'),
  row('GET', '/alerts/export', '导出预警', 'Export alerts'),
  row('GET', '/alerts/stream', '查看实时预警', 'Follow alerts'),
  row('GET', `/alerts${ONE}`, '查看一条预警', 'See an alert'),
  row('GET', `/alerts${ONE}/evidence`, '取证据包', 'Take an alert’s evidence'),
  row('GET', `/alerts${ONE}/papers`, '查看一条预警的文书', 'See an alert’s papers'),
  row('POST', `/alerts${ONE}/papers`, '出具文书', 'Issue a paper'),
  row('GET', '/papers', '查看文书', 'See papers'),
  row('GET', `/papers${ONE}`, '取一份文书', 'Take a paper'),
  row('POST', `/alerts${ONE}/hold`, '暂缓发出', 'Hold an alert'),
  row('POST', `/alerts${ONE}/issue`, '发出预警', 'Issue an alert'),
  row('POST', `/alerts${ONE}/confirm`, '认定', 'Confirm an alert'),
  row('POST', `/alerts${ONE}/dismiss`, '不予认定', 'Dismiss an alert'),
  row('POST', `/alerts${ONE}/order`, '督办', 'Order'),
  row('POST', `/alerts${ONE}/answer`, '反馈', 'Answer an order'),
  row('POST', `/alerts${ONE}/pass_on`, '转办', 'Pass an order on'),
  row('POST', `/alerts${ONE}/report`, '回报转办', 'Report back'),
  row('POST', `/alerts${ONE}/ask_extension`, '申请延期', 'Ask for more time'),
  row('POST', `/alerts${ONE}/refuse_extension`, '不予延期', 'Refuse more time'),
  row('POST', `/alerts${ONE}/rectify`, '报送整改', 'Put right'),
  row('POST', `/alerts${ONE}/accept_rectification`, '整改验收通过', 'Find it put right'),
  row('POST', `/alerts${ONE}/reject_rectification`, '退回整改', 'Send it back'),
  row('POST', `/alerts${ONE}/extend`, '延期', 'Extend an order'),
  row('POST', `/alerts${ONE}/appeal`, '申诉', 'Appeal'),
  row('POST', `/alerts${ONE}/uphold`, '申诉维持', 'Uphold upon appeal'),
  row('POST', `/alerts${ONE}/withdraw`, '申诉撤销', 'Withdraw upon appeal'),
  row('POST', `/alerts${ONE}/pass_up`, '申诉报上级', 'Pass an appeal up'),
  row('POST', `/alerts${ONE}/close`, '督办办结', 'Close an order'),
  row('GET', '/cases', '查询办件', 'Find cases'),
  row('GET', `/cases${ONE}${ONE}`, '查看一个办件', 'See a case'),
  row('GET', `/cases${ONE}${ONE}/explain`, '查看判定说明', 'See why a case stands so'),
  row('GET', `/cases${ONE}${ONE}/query-code`, '补打查询码', 'Print a query code again'),
  row('GET', '/complaints', '查看投诉与评价', 'See complaints and ratings'),
  row('GET', `/complaints${ONE}${ONE}${ONE}`, '查看一件投诉或评价', 'See a complaint or rating'),
  row('POST', '/complaints', '受理投诉', 'Take in a complaint'),
  row('POST', `/complaints${ONE}${ONE}${ONE}${ONE}`, '办理投诉与评价', 'Act on a complaint or rating'),
  row('POST', '/samples', '抽查', 'Draw a sample'),
  row('POST', `/samples${ONE}${ONE}`, '办理抽查', 'Act on a sample'),
  row('GET', '/events/export', '导出办件记录', 'Export events'),
  row('GET', '/statistics/deciders', '查看认定情况', 'See who decided what'),
  row('GET', '/ledger', '查看台账', 'See the ledger'),
  row('POST', '/ledger', '登记台账', 'Enter into the ledger'),
  row('GET', `/ledger${ONE}`, '查看一条台账', 'See an entry of the ledger'),
  row('POST', `/ledger${ONE}/result`, '登记台账结果', 'Enter a result into the ledger'),
  row('POST', `/ledger${ONE}/void`, '作废台账', 'Mark an entry of the ledger as an error'),
  row('POST', `/sources${ONE}/keys`, '发放来源密钥', 'Issue a source’s key'),
  row('POST', `/sources${ONE}/keys${ONE}/retire`, '停用来源密钥', 'Retire a source’s key'),
  row('GET', `/sources${ONE}/keys`, '查看来源密钥', 'See a source’s keys'),
  row('GET', '/notifications', '查看通知', 'See notifications'),
  row('GET', '/dead-letters', '查看未送达通知', 'See dead letters'),
  row('POST', '/dead-letters/replay', '重发未送达通知', 'Send dead letters again'),
  row('POST', '/dead-letters/forget', '清除未送达通知', 'Forget dead letters'),
  row('GET', '/register', '查看人员名册', 'See registers'),
  row('GET', `/register${ONE}`, '查看人员名册', 'See a register'),
  row('GET', `/register${ONE}/history`, '查看名册沿革', 'See a register’s history'),
  row('PUT', `/register${ONE}`, '登记人员名册', 'Put a register'),
  row('POST', `/milestones${ONE}`, '登记节点', 'Record a milestone'),
  row('POST', '/drafts', '起草定义', 'Draft a definition'),
  row('POST', `/drafts${ONE}/backtests`, '回测定义草案', 'Judge the past by a draft'),
  row('POST', `/drafts${ONE}/backtests/cancel`, '取消定义草案的回测', 'Cancel a draft’s backtest'),
  row('POST', `/drafts${ONE}${ONE}`, '办理定义草案', 'Act on a draft'),
]

export function auditWords({ method, path }: Pick<AuditEntry, 'method' | 'path'>): Words | null {
  const [plain = ''] = path.split('?')
  return ROWS.find(([of, is]) => of === method && is.test(plain))?.[2] ?? null
}

/** What an entry was about: the parts of its path that are no words of the interface, and what was asked for. */
export function auditSubject(path: string): string {
  const [plain = '', query = ''] = path.split('?', 2)
  return readable(plain.replace(/^\/api\/v1\//, '')) + (query && `?${readable(query)}`)
}

// What was cut off in the middle of a character is shown as it is.
function readable(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** How it was answered, in words. */
export function answerWords(status: number): Words {
  if (status < 400) return { zh: '已办', en: 'Done' }
  if (status === 401) return { zh: '未通过登录', en: 'Not signed in' }
  if (status === 403) return { zh: '无权，被拒绝', en: 'Not allowed' }
  if (status === 404) return { zh: '未找到', en: 'Not found' }
  if (status < 500) return { zh: '被拒绝', en: 'Refused' }
  return { zh: '未成', en: 'Failed' }
}
