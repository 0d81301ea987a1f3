// The field's words for what notifications are about: changes (`Kind` in services/notify), channels, reasons of what was given up.

import type { Words } from '../words/codes'

export const KINDS: Record<string, Words> = {
  raised: { zh: '待发', en: 'raised' },
  reminder: { zh: '到期提醒', en: 'reminder' },
  issued: { zh: '发牌', en: 'issued' },
  review: { zh: '待核', en: 'to review' },
  escalated: { zh: '升级', en: 'escalated' },
  revised: { zh: '更新', en: 'revised' },
  ended: { zh: '结束', en: 'ended' },
  reopened: { zh: '恢复', en: 'reopened' },
  withdrawn: { zh: '撤销', en: 'withdrawn' },
  cancelled: { zh: '取消', en: 'cancelled' },
  held: { zh: '暂缓发出', en: 'held' },
  confirmed: { zh: '认定', en: 'confirmed' },
  dismissed: { zh: '不予认定', en: 'dismissed' },
  appealed: { zh: '申诉', en: 'appealed' },
  upheld: { zh: '申诉维持', en: 'upheld' },
  passed_up: { zh: '申诉报上级', en: 'passed up' },
  appeal_overdue: { zh: '申诉逾期未决', en: 'appeal overdue' },
  appeal_overdue_leader: { zh: '申诉逾期未决报负责人', en: 'appeal overdue, to the leader' },
  ordered: { zh: '督办', en: 'ordered' },
  answered: { zh: '反馈', en: 'answered' },
  passed_on: { zh: '督办转办', en: 'passed on' },
  reported: { zh: '转办回报', en: 'reported back' },
  extension_asked: { zh: '申请督办延期', en: 'more time asked for' },
  extended: { zh: '督办延期', en: 'extended' },
  extension_refused: { zh: '不予督办延期', en: 'more time refused' },
  rectified: { zh: '整改', en: 'rectified' },
  rectification_accepted: { zh: '整改验收通过', en: 'rectification accepted' },
  rectification_rejected: { zh: '退回整改', en: 'rectification rejected' },
  closed: { zh: '督办办结', en: 'closed' },
}

export const CHANNEL_KINDS: Record<string, Words> = {
  webhook: { zh: '接口推送（签名）', en: 'Signed webhook' },
  mail: { zh: '邮件', en: 'Mail' },
  sms: { zh: '短信', en: 'Short messages' },
  wecom: { zh: '企业微信群', en: 'WeCom group' },
  dingtalk: { zh: '钉钉群', en: 'DingTalk group' },
  feishu: { zh: '飞书群', en: 'Feishu group' },
}

/** Why a message was given up, and what to look at. */
export const REASONS: Record<string, Words> = {
  timeout: { zh: '对方长时间不答复', en: 'The receiver did not answer in time' },
  connect: { zh: '连接不上', en: 'No connection' },
  broken_off: { zh: '连接中断', en: 'The connection broke off' },
  bad_address: { zh: '收件地址有误，请改正配置', en: 'The address is wrong: mend the configuration' },
  bad_mail: { zh: '邮件无法写成，请核对地址', en: 'The mail cannot be written: look at the address' },
  channel_gone: { zh: '渠道已不在配置中', en: 'The channel is not configured any more' },
  http_3xx: { zh: '对方要求转往他处，请改正地址', en: 'The receiver points elsewhere: mend the address' },
  http_4xx: { zh: '对方拒收，请核对地址与密钥', en: 'The receiver refuses: look at address and key' },
  http_5xx: { zh: '对方系统出错', en: 'The receiver fails' },
  queue_full: { zh: '待送达过多', en: 'Too many were waiting' },
  rate_limited: { zh: '对方限速', en: 'The receiver limits the rate' },
  refused: { zh: '对方拒收', en: 'The receiver refuses' },
  smtp_4xx: { zh: '邮件服务器暂不收', en: 'The mail server takes nothing for the moment' },
  smtp_5xx: { zh: '邮件服务器拒收', en: 'The mail server refuses' },
  smtp_login: { zh: '邮件服务器登录失败，请核对口令', en: 'The mail server refuses the login: look at the password' },
  smtp_protocol: { zh: '邮件服务器答复有误', en: 'The mail server speaks otherwise' },
  tls: { zh: '加密连接失败，请核对证书', en: 'The encrypted connection fails: look at the certificate' },
}
